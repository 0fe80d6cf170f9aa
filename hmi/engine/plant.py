"""A project made ready for scanning: which device reads which addresses at which period. Pure; built by the engine.

Faults of one tag or one device stay with it: a tag whose address cannot be read is listed as faulty, a device whose
options cannot be read makes all its tags faulty, and nobody else is harmed.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from hmi.model.device import Device, ScanClass
from hmi.model.devices import ProtocolSpec
from hmi.model.errors import AddressError
from hmi.model.health import health_tags
from hmi.model.ident import number_of_id
from hmi.model.project import Project
from hmi.model.tag import TYPE_CODES, DataType, Tag
from hmi.model.value import TypeCode

log = logging.getLogger("hmi.scan")

MIN_STALE_MS = 1500
_DEFAULT_SCAN = ScanClass(name="normal", period_ms=1000)


@dataclass(frozen=True, slots=True)
class PlantTag:
    """A tag with what its address means."""

    tag: Tag
    number: int
    """Number of its id."""
    type_code: TypeCode
    point: Any
    """What the protocol made of the address; None without a device or when faulty."""
    faulty: bool
    """True when its address or device cannot be read."""

    @property
    def text_bytes(self) -> int:
        """Bytes of its slot; 0 for anything but a text."""
        return self.tag.slot_bytes if self.type_code is TypeCode.TEXT else 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """The hidden addresses by which a device shows that it runs, and runs the program that we know."""

    heartbeat: Any = None
    cpu_state: Any = None
    signature: Any = None
    unreadable: bool = False
    """True when one of them means nothing to the protocol: then nothing proves the device, and all its tags say so."""

    @property
    def any(self) -> bool:
        """True when there is an address to be read."""
        return any(point is not None for point in (self.heartbeat, self.cpu_state, self.signature))


@dataclass(frozen=True, slots=True)
class PlantDevice:
    """A device with its tags by scan class."""

    device: Device
    spec: ProtocolSpec | None
    """None when the protocol is not known."""
    options: Any
    """Decoded; None when they cannot be."""
    evidence: Evidence
    scans: tuple[tuple[ScanClass, tuple[PlantTag, ...]], ...]
    """Readable tags, shortest period first."""
    faulty: tuple[PlantTag, ...]

    @property
    def usable(self) -> bool:
        """True when it can be connected at all."""
        return self.spec is not None and self.options is not None

    @property
    def polled(self) -> bool:
        """True when it is to be connected."""
        return self.usable and self.device.enabled and self.device.commissioned

    @property
    def subscribed(self) -> bool:
        """True when it tells changes by itself instead of being polled."""
        tells = self.spec.subscribes if self.spec is not None else None
        return tells is not None and self.options is not None and tells(self.options)

    @property
    def readable(self) -> tuple[PlantTag, ...]:
        """Its tags that can be read."""
        return tuple(tag for _, tags in self.scans for tag in tags)

    def same_connection(self, other: "PlantDevice") -> bool:
        """Tell whether a change from one to the other can keep the connection."""
        ours, theirs = self.device, other.device
        return (
            ours.id == theirs.id
            and ours.name == theirs.name
            and ours.protocol == theirs.protocol
            and ours.enabled == theirs.enabled
            and ours.commissioned == theirs.commissioned
            and bool(self.options == other.options)
        )


@dataclass(frozen=True, slots=True)
class Plant:
    """Everything that the engine scans and shows."""

    project: Project
    tags: tuple[PlantTag, ...]
    """In the order in which a new image gives rows: the tags of one poll lie side by side."""
    devices: dict[str, PlantDevice]
    """By id of the device."""


def build_plant(project: Project, protocols: Mapping[str, ProtocolSpec], known: Plant | None = None) -> Plant:
    """Make a project ready.

    Args:
        project: what was read.
        protocols: by name.
        known: the plant before, whose unchanged tags need no second look.
    """
    specs: dict[str, tuple[ProtocolSpec | None, Any]] = {
        device.name: _open_options(device, protocols) for device in project.devices
    }
    before = _reusable(project, known)
    described: dict[str, dict[str, list[PlantTag]]] = {device.name: {} for device in project.devices}
    faulty: dict[str, list[PlantTag]] = {device.name: [] for device in project.devices}
    loose: list[PlantTag] = []
    for tag in project.all_tags:
        found = before.get(tag.id)
        if found is None or found.tag != tag:
            found = _describe(tag, *specs.get(tag.device, (None, None)))
        if tag.device not in described:
            loose.append(found)
        elif found.faulty:
            faulty[tag.device].append(found)
        else:
            device = project.devices_by_name[tag.device]
            described[tag.device].setdefault(tag.scan or device.scan, []).append(found)
    devices: dict[str, PlantDevice] = {}
    order: list[PlantTag] = []
    for device in project.devices:
        spec, options = specs[device.name]
        scans = tuple(
            sorted(
                ((_scan_class(project, name), tuple(tags)) for name, tags in described[device.name].items()),
                key=lambda pair: (pair[0].period_ms, pair[0].name),
            )
        )
        devices[device.id] = PlantDevice(
            device, spec, options, _evidence(device, spec, options), scans, tuple(faulty[device.name])
        )
        for _, tags in scans:
            order += tags
        order += faulty[device.name]
    own = [PlantTag(tag, number_of_id(tag.id), _code_of(tag), None, faulty=False) for tag in health_tags(project)]
    return Plant(project, (*order, *loose, *own), devices)


def stale_after_ns(scan: ScanClass) -> int:
    """Give the age at which a value of a scan class counts as stale, ns."""
    return (scan.stale_after_ms or max(MIN_STALE_MS, 3 * scan.period_ms)) * 1_000_000


def _reusable(project: Project, known: Plant | None) -> dict[str, PlantTag]:
    """Give the tags whose device reads addresses as before."""
    if known is None:
        return {}
    unchanged = {device.name for device in project.devices if known.project.devices_by_name.get(device.name) == device}
    return {found.tag.id: found for found in known.tags if found.tag.device in unchanged}


def _open_options(device: Device, protocols: Mapping[str, ProtocolSpec]) -> tuple[ProtocolSpec | None, Any]:
    spec = protocols.get(device.protocol)
    if spec is None:
        log.error("device %s: protocol %r is not known", device.name, device.protocol)
        return None, None
    try:
        return spec, msgspec.json.decode(device.options, type=spec.options)
    except msgspec.MsgspecError as error:
        log.error("device %s: its options cannot be read: %s", device.name, error)
        return spec, None


def _describe(tag: Tag, spec: ProtocolSpec | None, options: Any) -> PlantTag:
    number = number_of_id(tag.id)
    if not tag.device:
        return PlantTag(tag, number, _code_of(tag), None, faulty=False)
    if spec is None or options is None:
        return PlantTag(tag, number, _code_of(tag), None, faulty=True)
    try:
        point = spec.parse_address(tag.address, tag.type, options)
    except AddressError as error:
        log.error("tag %s of %s: %s", tag.path, tag.device, error)
        return PlantTag(tag, number, _code_of(tag), None, faulty=True)
    return PlantTag(tag, number, TYPE_CODES[point.data_type], point, faulty=False)


def _code_of(tag: Tag) -> TypeCode:
    return TYPE_CODES[tag.type or DataType.FLOAT64]


def _scan_class(project: Project, name: str) -> ScanClass:
    return project.scan_classes_by_name.get(name) or msgspec.structs.replace(_DEFAULT_SCAN, name=name)


def _evidence(device: Device, spec: ProtocolSpec | None, options: Any) -> Evidence:
    """Read the addresses of liveness rule and map signature; a faulty one is said by all tags of the device."""
    if spec is None or options is None:
        return Evidence()
    found: dict[str, Any] = {}
    wanted = {device.liveness.__struct_config__.tag: device.liveness.address} if device.liveness else {}
    if device.signature:
        wanted["signature"] = device.signature.address
    for role, address in wanted.items():
        try:
            found[str(role)] = spec.parse_address(address, spec.evidence_type, options)
        except AddressError as error:
            log.error("device %s: address of its %s: %s", device.name, role, error)
            found["unreadable"] = True
    return Evidence(**found)
