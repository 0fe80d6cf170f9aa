"""The simulator protocol: values out of the clock, for tests and for a project without a PLC. Pure.

Addresses:

    counter             goes up by one at each read            counter:100ms   goes up by one every 100 ms
    sine:10s            0 to 100, one period in 10 s           sine:10s:-5:5   between -5 and 5
    ramp:10s            0 to 100, then from 0 again            ramp:10s:0:4000
    toggle:2s           false for 2 s, true for 2 s
    const:5  const:2.5  const:true  text:hello
    fail:illegal_address    bad with this cause
    cell:NAME           a register that can be written; starts at 0, false or ""
"""

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from hmi.model.devices.spec import ProtocolSpec
from hmi.model.errors import AddressError
from hmi.model.quality import Cause
from hmi.model.tag import DataType
from hmi.model.text import Text
from hmi.model.value import PresentValue

NAME = "simulator"


class Signal(StrEnum):
    """What an address yields."""

    COUNTER = "counter"
    SINE = "sine"
    RAMP = "ramp"
    TOGGLE = "toggle"
    CONST = "const"
    TEXT = "text"
    FAIL = "fail"
    CELL = "cell"


class SimulatorOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A simulated device."""

    bench: Annotated[str, Meta(max_length=64)] = ""
    """Name of the test bench in this process that holds its cells and faults; empty gives the device one of its own."""
    delay_ms: Annotated[int, Meta(ge=0, le=60_000)] = 0
    """How long each read and write takes, 0 to 60,000 ms."""


@dataclass(frozen=True, slots=True)
class SimulatorPoint:
    """An address that has been read and checked."""

    signal: Signal
    data_type: DataType
    canonical: str
    period_ns: int = 0
    """Of one step or period; 0 counts reads."""
    low: float = 0.0
    high: float = 100.0
    value: PresentValue = 0
    """Of `const` and `text`, and what a cell holds before anybody writes it."""
    cause: Cause = Cause.NONE
    name: str = ""
    """Of a cell."""

    @property
    def writable(self) -> bool:
        """Only cells can be written."""
        return self.signal is Signal.CELL


_PERIOD = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|min|h)", re.ASCII)
_LONGEST = 300
_UNIT_NS = {"ms": 10**6, "s": 10**9, "min": 60 * 10**9, "h": 3600 * 10**9}
_NATURAL = {
    Signal.COUNTER: DataType.INT64, Signal.SINE: DataType.FLOAT64, Signal.RAMP: DataType.FLOAT64,
    Signal.TOGGLE: DataType.BOOL, Signal.TEXT: DataType.STRING, Signal.FAIL: DataType.FLOAT64,
    Signal.CELL: DataType.FLOAT64,
}  # fmt: skip
_FLOATS = (DataType.FLOAT32, DataType.FLOAT64)


def parse_address(address: str, tag_type: DataType | None, options: SimulatorOptions) -> SimulatorPoint:
    """Read an address.

    Args:
        address: in the grammar of this module.
        tag_type: the tag's `type`, or None for the natural one of the signal.
        options: of the device (unused: addresses mean the same in all).

    Raises:
        AddressError: naming the part that is wrong.
    """
    del options
    text = address.strip()
    if len(text) > _LONGEST:
        raise AddressError("simulator.address.signal", address=text[:_LONGEST] + "...", part=text[:20])
    word, _, rest = text.partition(":")
    try:
        signal = Signal(word.strip().lower())
    except ValueError:
        raise AddressError("simulator.address.signal", address=address, part=word) from None
    canonical = f"{signal.value}:{rest}" if rest else signal.value
    match signal:
        case Signal.CONST | Signal.TEXT:
            value = rest if signal is Signal.TEXT else _number(rest, address)
            point = SimulatorPoint(signal, tag_type or _type_of(value), canonical, value=value)
        case Signal.FAIL:
            point = SimulatorPoint(signal, tag_type or _NATURAL[signal], canonical, cause=_cause(rest, address))
        case Signal.CELL:
            point = SimulatorPoint(signal, tag_type or _NATURAL[signal], canonical, name=rest.strip())
            if not point.name:
                raise AddressError("simulator.address.name", address=address)
        case _:
            point = _moving(signal, rest, tag_type or _NATURAL[signal], canonical, address)
    _refuse_unfit(point, address)
    return point


def options_of_url(url: str) -> SimulatorOptions:
    """Read `simulator:` or `simulator://BENCH`.

    Raises:
        AddressError: when it is not such a URL.
    """
    parts = urlsplit(url.strip())
    if parts.scheme != NAME or parts.path.strip("/") or parts.query or parts.fragment or len(parts.netloc) > 64:
        raise AddressError("simulator.url", url=url)
    return SimulatorOptions(bench=parts.netloc)


def _moving(signal: Signal, rest: str, data_type: DataType, canonical: str, address: str) -> SimulatorPoint:
    """Read period and range of a signal that moves by itself."""
    parts = rest.split(":") if rest else []
    ranged = signal in (Signal.SINE, Signal.RAMP)
    if len(parts) not in ((1, 3) if ranged else (0, 1) if signal is Signal.COUNTER else (1,)):
        raise AddressError("simulator.address.parts", address=address, signal=signal.value)
    period_ns = _period(parts[0], address) if parts else 0
    low, high = (_finite(part, address) for part in parts[1:]) if len(parts) == 3 else (0.0, 100.0)
    return SimulatorPoint(signal, data_type, canonical, period_ns=period_ns, low=low, high=high)


def _period(text: str, address: str) -> int:
    """Read `10s`, `100ms`, `1.5min`."""
    match = _PERIOD.fullmatch(text.strip().lower())
    period_ns = round(float(match[1]) * _UNIT_NS[match[2]]) if match else 0
    if period_ns <= 0:
        raise AddressError("simulator.address.period", address=address, part=text)
    return period_ns


def _finite(text: str, address: str) -> float:
    """Read a finite number."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise AddressError("simulator.address.number", address=address, part=text)
    return number


def _number(text: str, address: str) -> PresentValue:
    """Read a constant: true, false, a whole number (64 bits) or a decimal one."""
    lowered = text.strip().lower()
    if lowered in ("true", "false"):
        return lowered == "true"
    if re.fullmatch(r"[+-]?[0-9]{1,19}", lowered, re.ASCII) and -(2**63) <= int(lowered) < 2**63:
        return int(lowered)
    return _finite(lowered, address)


def _cause(text: str, address: str) -> Cause:
    """Read the name of a cause."""
    try:
        cause = Cause[text.strip().upper()]
    except KeyError:
        raise AddressError("simulator.address.cause", address=address, part=text) from None
    return cause


def _type_of(value: PresentValue) -> DataType:
    """Give the natural type of a constant."""
    if isinstance(value, str):
        return DataType.STRING
    if isinstance(value, bool):
        return DataType.BOOL
    return DataType.INT64 if isinstance(value, int) else DataType.FLOAT64


def _refuse_unfit(point: SimulatorPoint, address: str) -> None:
    """Refuse a tag type that cannot hold the signal."""
    kind = point.data_type
    if point.signal in (Signal.FAIL, Signal.CELL):
        return
    natural = _type_of(point.value) if point.signal is Signal.CONST else _NATURAL[point.signal]
    text_meets_number = (kind is DataType.STRING) != (natural is DataType.STRING)
    fraction_lost = natural is DataType.FLOAT64 and point.signal is Signal.CONST and kind not in _FLOATS
    if text_meets_number or fraction_lost or (kind is DataType.BOOL and natural is not DataType.BOOL):
        raise AddressError("simulator.address.type", address=address, type=kind.value)


SPEC = ProtocolSpec(
    name=NAME,
    title=Text(zh="仿真器", en="Simulator"),
    options=SimulatorOptions,
    types=frozenset(DataType),
    parse_address=parse_address,
    options_of_url=options_of_url,
    driver="hmi.drivers.simulator",
)
