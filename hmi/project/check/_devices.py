"""Devices and scan classes: protocol, options, and the evidence that the PLC runs."""

from typing import Any

import msgspec

from hmi.model.device import CpuState, Device, Heartbeat
from hmi.model.devices import PROTOCOLS
from hmi.model.devices.spec import ProtocolSpec
from hmi.model.errors import AddressError
from hmi.model.project import Project
from hmi.model.tag import DataType
from hmi.project._kinds import header_key
from hmi.project._lines import said_fault
from hmi.project._problem import Severity
from hmi.project.check._findings import Findings

SHORTEST_MS = 10
"""Shortest period of a scan class."""
_NUMBERS = frozenset(DataType) - {DataType.BOOL, DataType.STRING, DataType.FLOAT32, DataType.FLOAT64}


def check_scan_classes(project: Project, findings: Findings) -> None:
    """Check the scan classes of the project."""
    for at, scan in enumerate(project.header.scan_classes):
        place = f"$.scan_classes[{at}]"
        if scan.period_ms < SHORTEST_MS:
            key = header_key(f"{place}.period_ms")
            findings.error(key, scan.name, "period", "period", period=scan.period_ms, low=SHORTEST_MS)
        if scan.stale_after_ms < 0 or 0 < scan.stale_after_ms < scan.period_ms:
            key, period = header_key(f"{place}.stale_after_ms"), scan.period_ms
            findings.error(key, scan.name, "stale_after", "stale_after", stale=scan.stale_after_ms, period=period)


def options_of(device: Device) -> tuple[ProtocolSpec, Any] | None:
    """Give protocol and options of a device, or None when either cannot be used."""
    spec = PROTOCOLS.get(device.protocol)
    if spec is None:
        return None
    try:
        return spec, msgspec.json.decode(bytes(device.options), type=spec.options)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def check_devices(project: Project, findings: Findings) -> None:
    """Check all devices."""
    scans = project.scan_classes_by_name
    for device in project.devices:
        if device.scan not in scans:
            findings.error(device.id, device.name, "unknown_scan", "scan", scan=device.scan)
        spec = PROTOCOLS.get(device.protocol)
        if spec is None:
            findings.error(
                device.id, device.name, "unknown_protocol", "protocol",
                protocol=device.protocol, known=", ".join(sorted(PROTOCOLS)),
            )  # fmt: skip
            continue
        try:
            options = msgspec.json.decode(bytes(device.options), type=spec.options)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            wrong = said_fault(error)
            place = f"{device.name}: {wrong.place.replace('$', '$.options', 1) or '$.options'}"
            findings.add(Severity.ERROR, device.id, place, wrong.reason, "options")
            continue
        try:
            spec.check_options(options)
        except AddressError as error:
            findings.add(Severity.ERROR, device.id, f"{device.name}: $.options.{error.place}", error.reason, "options")
        _check_evidence(device, spec, options, findings)


def _check_evidence(device: Device, spec: ProtocolSpec, options: Any, findings: Findings) -> None:
    """Check liveness rule and map signature."""
    rule = device.liveness
    if rule is None:
        if device.enabled and device.commissioned:
            findings.hint(device.id, device.name, "liveness_unknown", "liveness")
    else:
        _check_whole_number(device, "liveness", rule.address, spec, options, findings)
    match rule:
        case Heartbeat() if not rule.within_s > 0:
            findings.error(device.id, f"{device.name}: $.liveness.within_s", "not_positive", "positive")
        case CpuState() if not rule.running:
            findings.error(device.id, f"{device.name}: $.liveness.running", "no_running_state", "running_state")
        case _:
            pass
    if device.signature is not None:
        _check_whole_number(device, "signature", device.signature.address, spec, options, findings)


def _check_whole_number(
    device: Device, field: str, address: str, spec: ProtocolSpec, options: Any, findings: Findings
) -> None:
    """Check an address that must hold a whole number."""
    place = f"{device.name}: $.{field}.address"
    try:
        point = spec.parse_address(address, spec.evidence_type, options)
    except AddressError as error:
        findings.add(Severity.ERROR, device.id, place, error.reason, "address")
        return
    if point.data_type not in _NUMBERS:
        findings.error(device.id, place, "not_whole", "whole", type=point.data_type.value)
