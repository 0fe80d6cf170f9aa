"""Tags: device, address, type, scan class, ranges. The 20,000 of a large project take some tenths of a second."""

from itertools import pairwise
from typing import Any

from hmi.model.device import Device
from hmi.model.devices.spec import ProtocolSpec
from hmi.model.errors import AddressError
from hmi.model.project import Project
from hmi.model.tag import Limits, Span, Tag
from hmi.project._problem import Severity
from hmi.project.check._devices import options_of
from hmi.project.check._findings import Findings

SLOT_BYTES = 65_535
"""Largest slot of a text tag, bytes."""
MOST_DECIMALS = 15
_OPEN = Span()
_NO_LIMITS = Limits()
_SPANS = ("span", "instrument", "normal", "write")


def check_tags(project: Project, findings: Findings) -> None:
    """Check all tags, those of instances included."""
    scans = project.scan_classes_by_name
    devices = project.devices_by_name
    usable = {name: options_of(device) for name, device in devices.items()}
    first: dict[tuple[str, str], str] = {}
    for tag in project.all_tags:
        if tag.scan and tag.scan not in scans:
            findings.error(tag.id, tag.path, "unknown_scan", "scan", scan=tag.scan)
        _check_numbers(tag, findings)
        canonical = _check_address(tag, devices, usable, findings)
        if canonical is not None:
            other = first.setdefault((tag.device, canonical), tag.path)
            if other != tag.path:
                findings.hint(
                    tag.id,
                    tag.path,
                    "address_twice",
                    "address_twice",
                    address=canonical,
                    device=tag.device,
                    other=other,
                )


def _check_address(
    tag: Tag, devices: dict[str, Device], usable: dict[str, tuple[ProtocolSpec, Any] | None], findings: Findings
) -> str | None:
    """Check device, address and type; gives the canonical address."""
    if not tag.device:
        if tag.address:
            findings.error(tag.id, tag.path, "address_without_device", "device", address=tag.address)
        return None
    if tag.device not in devices:
        findings.error(tag.id, tag.path, "unknown_device", "device", device=tag.device)
        return None
    found = usable[tag.device]
    if found is None:
        return None  # the device's own problem says it once
    spec, options = found
    if not tag.address:
        findings.error(tag.id, tag.path, "no_address", "address", device=tag.device)
        return None
    try:
        point = spec.parse_address(tag.address, tag.type, options)
    except AddressError as error:
        findings.add(Severity.ERROR, tag.id, tag.path, error.reason, "address")
        return None
    if point.data_type not in spec.types:
        findings.error(tag.id, tag.path, "type_unknown_here", "type", type=point.data_type.value, protocol=spec.name)
    if tag.writable and not point.writable:
        findings.error(tag.id, tag.path, "not_writable", "not_writable", address=point.canonical)
    return point.canonical


def _check_numbers(tag: Tag, findings: Findings) -> None:
    """Check everything that is a number: most tags have the defaults, which need no look."""
    if tag.scale == 0:
        findings.error(tag.id, f"{tag.path}: $.scale", "scale_zero", "scale_zero")
    if tag.deadband < 0:
        findings.error(tag.id, f"{tag.path}: $.deadband", "negative", "negative")
    if tag.decimals is not None and not 0 <= tag.decimals <= MOST_DECIMALS:
        findings.error(tag.id, f"{tag.path}: $.decimals", "outside", "range", low=0, high=MOST_DECIMALS)
    if not 0 < tag.slot_bytes <= SLOT_BYTES:
        findings.error(tag.id, f"{tag.path}: $.slot_bytes", "outside", "range", low=1, high=SLOT_BYTES)
    for name in _SPANS:
        span: Span = getattr(tag, name)
        if span is not _OPEN and span.low is not None and span.high is not None and not span.low < span.high:
            findings.error(
                tag.id, f"{tag.path}: $.{name}", "low_not_below_high", "low_high", low=span.low, high=span.high
            )
    if tag.limits is not _NO_LIMITS:
        _check_limits(tag, findings)
    for state in tag.states:
        if not state.removeprefix("-").isdecimal():
            findings.error(tag.id, f"{tag.path}: $.states", "state_no_number", "state", state=state[:40])


def _check_limits(tag: Tag, findings: Findings) -> None:
    """Check that the limits that are set rise."""
    limits = tag.limits
    rising = [one for one in (limits.low_low, limits.low, limits.high, limits.high_high) if one is not None]
    for low, high in pairwise(rising):
        if not low < high:
            findings.error(tag.id, f"{tag.path}: $.limits", "low_not_below_high", "low_high", low=low, high=high)
