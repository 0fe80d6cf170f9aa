"""How much of the list of alarms goes into one message. Used by the service (engine).

A message has a greatest size and a project's titles may be long: a list that did not fit would not be told at all.
"""

from collections.abc import Sequence

import msgspec

from hmi.link.engine_messages import MOST_STANDS
from hmi.link.framing import MAX_MESSAGE_BYTES
from hmi.model.alarm import AlarmStand

_ROOM = MAX_MESSAGE_BYTES - 4096
"""Bytes for stands beside what else a message carries."""


def fitting(stands: Sequence[AlarmStand]) -> tuple[AlarmStand, ...]:
    """Give the first of them, at most `MOST_STANDS`, as many as fit into a message."""
    some = tuple(stands[:MOST_STANDS])
    pack = msgspec.msgpack.Encoder().encode
    if len(pack(some)) <= _ROOM:
        return some
    room = _ROOM
    for number, stand in enumerate(some):
        room -= len(pack(stand))
        if room < 0:
            return some[:number]
    return some
