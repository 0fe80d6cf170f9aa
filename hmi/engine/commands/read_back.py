"""Reads a device back after a write, and judges what it says. Engine process, one command at a time."""

import asyncio
from dataclasses import dataclass

from hmi.engine.commands.compare import agrees
from hmi.engine.commands.targets import Target
from hmi.engine.commands.wish import engineering
from hmi.engine.device_port import DevicePort, RawReading
from hmi.model.clock import Clock
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause
from hmi.model.value import PresentValue, Value

READ_BACK_S = 1.0
"""Longest time of one read-back, seconds; the answer to a write may have come right at its deadline."""
PAUSE_S = 0.1
"""Between two looks at a value that is not yet what was written, seconds."""
SETTLE_S = 0.5
"""So long the written tag itself may take to show what was written (a gateway that keeps values, a program that checks
them); another tag that tells the result has until the deadline."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What was read."""

    agreed: bool
    """It is what was wished for, of a device that runs."""
    value: Value = None
    """Engineering units; None where nothing could be read."""
    cause: Cause = Cause.NONE
    """Why the value is none, or why the device does not count."""
    not_running: bool = False
    """The evidence read with it says that the device does not run, or runs another program."""


async def read_once(device: DevicePort, target: Target, raw: PresentValue, clock: Clock) -> ReadBack | None:
    """Read the telling tag once.

    Args:
        device: where it lies.
        target: what was written.
        raw: the wish, device units.
        clock: of the deadline.

    Returns:
        None when nothing came within `READ_BACK_S`, or the connection is gone.
    """
    told_by = target.told_by or target.tag
    try:
        (reading,) = await device.read_back([told_by], clock.monotonic_ns() + int(READ_BACK_S * 1e9))
    except (LinkLost, TimeoutError):
        return None
    return _judge(device, target, raw, reading)


async def read_until_agreed(
    device: DevicePort, target: Target, raw: PresentValue, clock: Clock, until_ns: int
) -> ReadBack | None:
    """Read the telling tag until it is what was wished for, or the time is up; at least once.

    Args:
        device: where it lies.
        target: what was written.
        raw: the wish, device units.
        clock: of the deadline.
        until_ns: monotonic ns.

    Returns:
        The last that was read; None when nothing came.
    """
    if target.told_by is target.tag:
        until_ns = min(until_ns, clock.monotonic_ns() + int(SETTLE_S * 1e9))
    while True:
        found = await read_once(device, target, raw, clock)
        if found is None or found.agreed or clock.monotonic_ns() >= until_ns:
            return found
        await asyncio.sleep(PAUSE_S)


def _judge(device: DevicePort, target: Target, raw: PresentValue, reading: RawReading) -> ReadBack:
    told_by = target.told_by or target.tag
    value = engineering(told_by, reading.value) if reading.value is not None else None
    if device.verdict is not Cause.NONE:
        return ReadBack(agreed=False, value=value, cause=device.verdict, not_running=True)
    if reading.value is None:
        return ReadBack(agreed=False, cause=reading.cause)
    return ReadBack(agreed=agrees(target, raw, reading.value), value=value)
