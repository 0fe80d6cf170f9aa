"""One simulated OPC UA device: program state, faults and the values of its nodes. Pure; served by `ua_endpoint`.

The nodes are those that the project's own tags, liveness rule and map signature name. A stopped program holds its
values (or serves zeros) and its heartbeat; another program (`shifted`) has another signature, and each number is that
of a neighbour.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hmi.link.messages import FaultKind
from hmi.model.device import CpuState, Device, Heartbeat
from hmi.model.devices.opcua import OpcUaOptions, OpcUaPoint, parse_address
from hmi.model.tag import DataType, Tag
from hmi.simulate.disturbance import Disturbance
from hmi.simulate.generic import GenericSignals

log = logging.getLogger("hmi.simulate")

NodeValue = bool | int | float | str
STOPPED = (FaultKind.STOP_HOLDING, FaultKind.STOP_ZEROS)
SHIFT = 2
HEARTBEATS_PER_S = 2.0
_LIMITS: dict[DataType, tuple[int, int]] = {
    DataType.INT16: (-(2**15), 2**15 - 1), DataType.UINT16: (0, 2**16 - 1), DataType.INT32: (-(2**31), 2**31 - 1),
    DataType.UINT32: (0, 2**32 - 1), DataType.INT64: (-(2**63), 2**63 - 1), DataType.UINT64: (0, 2**64 - 1),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class UaNode:
    """A node that is served."""

    point: OpcUaPoint
    writable: bool
    title: str


class UaPlc:
    """A device of the project, simulated."""

    def __init__(
        self,
        device: Device,
        options: OpcUaOptions,
        tags: Sequence[Tag],
        *,
        write: Callable[[str, float], bool],
        seed: int,
    ) -> None:
        """List the nodes.

        Args:
            device: of the project.
            options: of its protocol.
            tags: those that are read from it.
            write: hands a written set-point to the process model; False when the model does not know the path.
            seed: of noise and generic signals.
        """
        self.device = device
        self.fault = FaultKind.NONE
        self._write = write
        self._tags = list(tags)
        points = [parse_address(tag.address, tag.type, options) for tag in tags]
        self.nodes = {
            point.canonical: UaNode(point, tag.writable, tag.path) for tag, point in zip(tags, points, strict=True)
        }
        """By node id; the evidence's own come in addition."""
        self.values: dict[str, NodeValue] = {}
        """What each node holds."""
        self._points = points
        self._evidence = _evidence(device, options)
        for role, point in self._evidence.items():
            self.nodes.setdefault(point.canonical, UaNode(point, writable=False, title=f"{device.name}.{role}"))
        self._generic = GenericSignals(tags, points, seed)
        self._disturbance = Disturbance(list(zip(tags, points, strict=True)), seed)
        self._time_s = self._fault_s = 0.0

    @property
    def name(self) -> str:
        """Of the device."""
        return self.device.name

    @property
    def tag_paths(self) -> frozenset[str]:
        """Paths of the tags that are read from it."""
        return frozenset(tag.path for tag in self._tags)

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
            for key, value in self.values.items():
                self.values[key] = type(value)()

    def refresh(self, values: Mapping[str, float | int | str], step_s: float) -> None:
        """Let the program run once: take the values of the process into the nodes."""
        self._time_s += step_s
        self._fault_s += step_s
        if not self.stopped:
            self._take(values)
        if self.fault is not FaultKind.STOP_ZEROS:
            self._prove_life()

    def written(self, node: str, value: NodeValue) -> None:
        """Take what a client has written; the next run of the program shows what it made of it."""
        self.values[node] = value
        if self.stopped:
            return
        for index, (tag, point) in enumerate(zip(self._tags, self._points, strict=True)):
            if point.canonical != node or not tag.writable or isinstance(value, str):
                continue
            number = float(value) * tag.scale + tag.offset
            if not self._write(tag.path, number):
                self._generic.write(index, number)
            log.info("%s: %s was written, %s", self.name, tag.path, number)

    def _take(self, values: Mapping[str, float | int | str]) -> None:
        numbers = self._generic.values(self._time_s)
        for index, tag in enumerate(self._tags):
            known = values.get(tag.path)
            if known is not None and not isinstance(known, str):
                numbers[index] = known
        numbers = self._disturbance.over(numbers, self.fault, self._fault_s)
        if self.fault is FaultKind.SHIFTED:
            numbers = np.roll(numbers, SHIFT)
        for index, (tag, point) in enumerate(zip(self._tags, self._points, strict=True)):
            if point.data_type is DataType.STRING:
                self.values[point.canonical] = str(values.get(tag.path, tag.path.rpartition("/")[2]))
            else:
                raw = (numbers[index] - tag.offset) / (tag.scale or 1.0)
                self.values[point.canonical] = _fitted(raw, point.data_type)

    def _prove_life(self) -> None:
        """Move heartbeat, CPU state and signature."""
        rule, signature = self.device.liveness, self.device.signature
        for role, point in self._evidence.items():
            if role == "heartbeat" and not self.stopped:
                self.values[point.canonical] = int(self._time_s * HEARTBEATS_PER_S) % 30_000 + 1
            elif role == "heartbeat":
                self.values.setdefault(point.canonical, 1)
            elif role == "cpu" and isinstance(rule, CpuState):
                run = rule.running[0] if rule.running else 1
                self.values[point.canonical] = run + 1 if self.stopped else run
            elif signature is not None:
                self.values[point.canonical] = signature.expected + (self.fault is FaultKind.SHIFTED)


def _evidence(device: Device, options: OpcUaOptions) -> dict[str, OpcUaPoint]:
    """Find the nodes of liveness rule and signature."""
    rule, signature = device.liveness, device.signature
    wanted = {
        "heartbeat": rule.address if isinstance(rule, Heartbeat) else "",
        "cpu": rule.address if isinstance(rule, CpuState) else "",
        "signature": signature.address if signature else "",
    }
    return {role: parse_address(address, DataType.INT64, options) for role, address in wanted.items() if address}


def _fitted(raw: float | np.float64, data_type: DataType) -> NodeValue:
    """Give a number as its type would hold it, held at the ends of its range."""
    if data_type is DataType.BOOL:
        return bool(raw != 0)
    if data_type is DataType.FLOAT32:
        return float(np.float32(raw))
    if data_type is DataType.FLOAT64:
        return float(raw)
    low, high = _LIMITS[data_type]
    return min(max(round(float(raw)), low), high) if np.isfinite(raw) else 0
