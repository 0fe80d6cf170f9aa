"""Devices, scan classes and the evidence that a PLC runs, as they stand in `devices/*.jsonl`. Pure."""

from enum import StrEnum

import msgspec

from hmi.model.text import Text


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="heartbeat"):
    """The PLC runs while a counter changes; a change to 0 does not count, for a stop may clear it."""

    address: str
    """Of a whole number that the PLC's own program moves."""
    within_s: float = 5.0
    """Longest time without a change, seconds."""


class CpuState(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="cpu_state"):
    """The PLC runs while a register holds one of the values that mean RUN."""

    address: str
    running: tuple[int, ...] = (1,)


LivenessRule = Heartbeat | CpuState


class MapSignature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A constant or version register that tells which program is loaded; another value: the map has changed."""

    address: str
    expected: int


class ScanClass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Tags read together at one period."""

    name: str
    period_ms: int = 1000
    stale_after_ms: int = 0
    """Age at which a value counts as stale; 0 is three periods, at least 1,500 ms."""


class Device(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is polled. `options` are kept raw; the protocol's own struct checks them."""

    id: str
    name: str
    protocol: str
    """Name of a protocol of `hmi.model.devices`."""
    options: msgspec.Raw = msgspec.Raw(b"{}")
    title: Text = Text()
    scan: str = "normal"
    """Scan class of its tags unless they name another."""
    liveness: LivenessRule | None = None
    signature: MapSignature | None = None
    enabled: bool = True
    commissioned: bool = True
    """False while it is not yet installed: not polled, no alarms, counted in the header."""


class DeviceState(StrEnum):
    """State of a connection in words a person understands."""

    NOT_COMMISSIONED = "not_commissioned"
    DISABLED = "disabled"
    CONNECTING = "connecting"
    ONLINE = "online"
    DEGRADED = "degraded"
    """Answers, but some tags are refused or too slow."""
    NOT_RUNNING = "not_running"
    """Answers, but the liveness rule or the map signature fails."""
    OFFLINE = "offline"
    SLOTS_HELD = "slots_held"
    """The device has no free connection; an older one of ours or of somebody else holds it."""
