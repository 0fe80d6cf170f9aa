"""One simulated PLC: program state, faults, address map and memory. Pure; driven by `serve`, asked by `endpoint`."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hmi.drivers.modbus import pdu
from hmi.link.messages import FaultKind
from hmi.model.device import CpuState, Device, Heartbeat
from hmi.model.devices.modbus_address import ModbusPoint, Table
from hmi.model.devices.modbus_tcp import ModbusTcpOptions, parse_address
from hmi.model.ident import derived_id
from hmi.model.tag import DataType, Tag
from hmi.simulate.disturbance import Disturbance
from hmi.simulate.generic import GenericSignals
from hmi.simulate.memory import Memory, Words
from hmi.simulate.registers import AddressMap, Mapped, Numbers

log = logging.getLogger("hmi.simulate")

STOPPED = (FaultKind.STOP_HOLDING, FaultKind.STOP_ZEROS)
SHIFT = 2
HEARTBEATS_PER_S = 2.0
CPU_RUN = 1
CPU_STOP = 2

Values = Mapping[str, float | int | str]
Write = Callable[[str, float], bool]


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Registers that tell whether the program runs, and which one: the device's own, not those of its tags."""

    heartbeat: Mapped | None
    cpu: Mapped | None
    signature: Mapped | None
    cpu_run: int
    expected: int


class Plc:
    """A device of the project, simulated."""

    def __init__(
        self, device: Device, options: ModbusTcpOptions, tags: Sequence[Tag], *, write: Write, seed: int
    ) -> None:
        """Make the address map.

        Args:
            device: of the project.
            options: of its protocol.
            tags: those that are read from it.
            write: hands a written set-point to the process model; False when the model does not know the path.
            seed: of noise and generic signals.
        """
        self.device = device
        self.options = options
        self.fault = FaultKind.NONE
        self.time_s = 0.0
        self._write = write
        mapped = [Mapped(tag, parse_address(tag.address, tag.type, options)) for tag in tags]
        self.map = AddressMap(mapped)
        self._evidence = _evidence(device, options, mapped)
        own = [one for one in (self._evidence.heartbeat, self._evidence.cpu, self._evidence.signature) if one]
        lengths = self.map.lengths()
        for one in own:
            lengths[one.point.table] = max(lengths.get(one.point.table, 0), one.point.address + one.point.span)
        self.memory = Memory(lengths)
        self._own = AddressMap(own)
        self._own_places = {one.point.table: set[int]() for one in own}
        for one in own:
            self._own_places[one.point.table].update(range(one.point.address, one.point.address + one.point.span))
        self._generic = GenericSignals([one.tag for one in mapped], [one.point for one in mapped], seed)
        self._numbers_known: list[tuple[int, str]] | None = None
        self._text_paths = [one.tag.path for one in mapped if one.point.data_type is DataType.STRING]
        self._disturbance = Disturbance([(one.tag, one.point) for one in mapped], seed)
        self._fault_s = 0.0
        self.served = self.memory.tables

    @property
    def name(self) -> str:
        """Of the device."""
        return self.device.name

    @property
    def tag_paths(self) -> frozenset[str]:
        """Paths of the tags that are read from it."""
        return frozenset(one.tag.path for one in self.map.mapped)

    @property
    def stopped(self) -> bool:
        """True while its program does not run."""
        return self.fault in STOPPED

    def set_fault(self, kind: FaultKind) -> None:
        """Break it, or mend it."""
        self.fault = kind
        self._fault_s = 0.0
        self._disturbance.begin()
        if kind is FaultKind.STOP_ZEROS:
            for words in self.memory.tables.values():
                words[:] = 0
        self._serve()

    def refresh(self, values: Values, step_s: float) -> None:
        """Let the program run once: take the values of the process into the registers.

        Args:
            values: tag path -> engineering value of the process model; other tags get a signal of their own.
            step_s: time since the last call, seconds.
        """
        self.time_s += step_s
        self._fault_s += step_s
        if not self.stopped:
            numbers, texts = self._gather(values)
            self.map.encode(self.memory, self._disturbance.over(numbers, self.fault, self._fault_s), texts)
        self._prove_life()
        self._serve()

    def answer(self, request: bytes) -> bytes:
        """Answer one request PDU."""
        try:
            asked = pdu.parse_request(request)
            if asked.function in pdu.READS:
                return self.memory.answer(asked, self.served)
            shift = SHIFT if self.fault is FaultKind.SHIFTED else 0
            table, first, count = self.memory.write(asked, shift)
        except pdu.BadPdu as bad:
            return pdu.exception_answer(request[0] if request else 0, bad.exception)
        if not self.stopped:
            self._take(table, first, count)
        self._serve()
        return pdu.echo_of(request)

    def _take(self, table: Table, first: int, count: int) -> None:
        """Hand what was written to the process; the next run of the program shows what it made of it."""
        for one in self.map.touched(table, first, count):
            value = self.map.value(self.memory, one)
            if not one.tag.writable or value != value:
                continue
            if not self._write(one.tag.path, value):
                self._generic.write(self.map.mapped.index(one), value)
            log.info("%s: %s was written, %s", self.name, one.tag.path, value)

    def _gather(self, values: Values) -> tuple[Numbers, dict[str, str]]:
        """Bring the values into the order of the address map."""
        numbers = self._generic.values(self.time_s)
        texts: dict[str, str] = {}
        for index, path in self._modelled(values):
            numbers[index] = values[path]
        for path in self._text_paths:
            texts[path] = str(values.get(path, path.rpartition("/")[2]))
        return numbers, texts

    def _modelled(self, values: Values) -> list[tuple[int, str]]:
        """List the numbers that the process model knows; its paths never change, so this is worked out once."""
        if self._numbers_known is None:
            self._numbers_known = [
                (index, one.tag.path)
                for index, one in enumerate(self.map.mapped)
                if one.tag.path in values and one.point.data_type is not DataType.STRING
            ]
        return self._numbers_known

    def _prove_life(self) -> None:
        """Move heartbeat, CPU state and signature."""
        evidence = self._evidence
        wanted: list[float] = []
        if evidence.heartbeat:
            now = self._own.value(self.memory, evidence.heartbeat)
            wanted.append(now if self.stopped else float(int(self.time_s * HEARTBEATS_PER_S) % 30_000 + 1))
        if evidence.cpu:
            stop = CPU_STOP if evidence.cpu_run != CPU_STOP else CPU_STOP + 1
            wanted.append(float(stop if self.stopped else evidence.cpu_run))
        if evidence.signature:
            wanted.append(float(evidence.expected + (self.fault is FaultKind.SHIFTED)))
        if self.fault is not FaultKind.STOP_ZEROS:
            self._own.encode(self.memory, np.array(wanted, np.float64), {})

    def _serve(self) -> None:
        """Work out what the outside sees: the memory, or all data shifted, the program's head left in its place."""
        if self.fault is not FaultKind.SHIFTED:
            self.served = self.memory.tables
            return
        self.served = {
            table: _shifted(words, self._own_places.get(table, set())) for table, words in self.memory.tables.items()
        }


def _shifted(words: Words, own: set[int]) -> Words:
    """Move a table up by `SHIFT` addresses; zeros come in at its beginning."""
    moved = np.zeros_like(words)
    moved[SHIFT:] = words[:-SHIFT]
    for place in own:
        moved[place] = words[place]
    return moved


def _evidence(device: Device, options: ModbusTcpOptions, mapped: Sequence[Mapped]) -> _Evidence:
    """Find the registers of liveness rule and signature; tags `<device>.CPU` and `<device>.Heartbeat` are such too."""
    rule, signature = device.liveness, device.signature
    running = rule.running[0] if isinstance(rule, CpuState) and rule.running else CPU_RUN
    named = {one.tag.path: one for one in mapped if not one.tag.writable}
    heartbeat = _own_register(device, options, rule.address) if isinstance(rule, Heartbeat) else None
    cpu = _own_register(device, options, rule.address) if isinstance(rule, CpuState) else None
    return _Evidence(
        heartbeat=heartbeat or named.get(f"{device.name}.Heartbeat"),
        cpu=cpu or named.get(f"{device.name}.CPU"),
        signature=_own_register(device, options, signature.address) if signature else None,
        cpu_run=running,
        expected=signature.expected if signature else 0,
    )


def _own_register(device: Device, options: ModbusTcpOptions, address: str) -> Mapped:
    """Map an address that no tag needs to name."""
    tag = Tag(id=derived_id(device.id, address), path=f"{device.name}/{address}", address=address)
    point: ModbusPoint = parse_address(address, None, options)
    return Mapped(tag, point)
