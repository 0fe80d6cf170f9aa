"""Requests as bytes and answers as what they say: read, write, subscriptions (OPC UA part 4, 5.10 to 5.13). Pure.

Only what this driver asks; session and channel are made by the library (`wire`). Requests begin behind their header,
answers are read from behind theirs.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from hmi.drivers.opcua.binary import MalformedAnswer, Reader, array, node_id, number_id, text, u32
from hmi.drivers.opcua.decode import Columns, decode_values
from hmi.model.devices.opcua import OpcUaPoint


class Service(IntEnum):
    """Numbers of requests in binary (part 6, A.1); the answer's is three higher."""

    READ = 631
    WRITE = 673
    CREATE_ITEMS = 751
    CREATE_SUBSCRIPTION = 787
    PUBLISH = 826
    REPUBLISH = 832
    DELETE_SUBSCRIPTIONS = 847


class Attribute(IntEnum):
    """Attributes of a node (part 6, A.1)."""

    VALUE = 13
    DATA_TYPE = 14
    USER_ACCESS_LEVEL = 18


SERVICE_FAULT = 397
NODE_ID = 17
HIGHEST_BUILT_IN = 23
DATA_CHANGE = 811
STATUS_CHANGE = 820
SERVER_STATE = 2259
MAX_NODES_PER_READ = 11705
MAX_ITEMS_PER_CALL = 11714
_SOURCE_TIME_ONLY = 0
_REPORTING = 2


@dataclass(frozen=True, slots=True)
class Terms:
    """What the server grants a subscription."""

    subscription: int
    publishing_ms: float
    lifetime_count: int
    keep_alive_count: int

    @property
    def silence_s(self) -> float:
        """Longest time between two messages of a subscription that is in order, seconds."""
        return self.publishing_ms * self.keep_alive_count / 1000


@dataclass(frozen=True, slots=True)
class Granted:
    """What became of one item to be watched."""

    status: int
    sampling_ms: float
    queue_size: int


@dataclass(slots=True)
class Notification:
    """One message of a subscription."""

    sequence: int
    """Its own number; of a keep-alive the number that the next message will have."""
    changes: list[Columns] = field(default_factory=list)
    ended: int | None = None
    """Status with which the server ends the subscription."""
    keep_alive: bool = False


@dataclass(slots=True)
class Published:
    """The answer to a publish request."""

    subscription: int
    available: list[int]
    """Numbers that can be asked for again."""
    more: bool
    notification: Notification


def value_id(node: bytes, attribute: Attribute = Attribute.VALUE) -> bytes:
    """Write a ReadValueId."""
    return node + u32(attribute) + text(None) + b"\0\0" + text(None)


def node_of(point: OpcUaPoint) -> bytes:
    """Write the node id of an address."""
    return node_id(point)


def read(nodes: Sequence[bytes]) -> bytes:
    """Ask for values, as new as the server has them.

    Args:
        nodes: made by `value_id`.
    """
    return struct.pack("<dI", 0.0, _SOURCE_TIME_ONLY) + array(nodes)


def read_numbers(numbers: Sequence[int]) -> bytes:
    """Ask for the values of standard nodes."""
    return read([value_id(number_id(number)) for number in numbers])


def values(answer: Reader, count: int) -> Columns:
    """Read the answer to `read`.

    Raises:
        MalformedAnswer: also when it does not hold as many values as were asked for.
    """
    if answer.length() != count:
        raise MalformedAnswer("another number of values than was asked for")
    return decode_values(answer, count, handles=False)


def data_type(answer: Reader) -> int:
    """Read the answer to a read of one DataType attribute: the built-in type, 0 when it is none of them."""
    if answer.length() != 1 or not answer.u8() & 1 or answer.u8() != NODE_ID:
        return 0
    space, number = answer.node_id()
    return number if space == 0 and number is not None and number <= HIGHEST_BUILT_IN else 0


def write(node: bytes, variant: bytes) -> bytes:
    """Write one value without status and time (UA-43)."""
    return array([node + u32(Attribute.VALUE) + text(None) + b"\x01" + variant])


def written(answer: Reader) -> int:
    """Read the answer to `write`: the status of the one value."""
    if answer.length() != 1:
        raise MalformedAnswer("another number of results than of values")
    return answer.u32()


def create_subscription(publishing_ms: float, lifetime_count: int, keep_alive_count: int) -> bytes:
    """Ask for a subscription that is at work from the start."""
    return struct.pack("<dIIIBB", publishing_ms, lifetime_count, keep_alive_count, 0, 1, 0)


def terms(answer: Reader) -> Terms:
    """Read the answer to `create_subscription`."""
    return Terms(answer.u32(), answer.f64(), answer.u32(), answer.u32())


def create_items(subscription: int, nodes: Sequence[tuple[int, bytes]], sampling_ms: float, queue_size: int) -> bytes:
    """Ask to watch nodes.

    Args:
        subscription: its number.
        nodes: client handle, and what `value_id` made.
        sampling_ms: how often the server shall look.
        queue_size: changes of one value kept; the oldest are lost first.
    """
    items = [
        node + u32(_REPORTING, handle) + struct.pack("<d", sampling_ms) + b"\0\0\0" + u32(queue_size) + b"\x01"
        for handle, node in nodes
    ]
    return u32(subscription, _SOURCE_TIME_ONLY) + array(items)


def granted(answer: Reader, count: int) -> list[Granted]:
    """Read the answer to `create_items`."""
    if answer.length() != count:
        raise MalformedAnswer("another number of results than of items")
    found = []
    for _ in range(count):
        status = answer.u32()
        answer.skip(4)
        found.append(Granted(status, answer.f64(), answer.u32()))
        answer.extension()
    return found


def delete_subscriptions(subscription: int) -> bytes:
    """Ask to end a subscription."""
    return array([u32(subscription)])


def publish(acknowledged: Sequence[tuple[int, int]]) -> bytes:
    """Ask for the next message.

    Args:
        acknowledged: subscription and number of messages that need not be kept any more.
    """
    return array([u32(*one) for one in acknowledged])


def published(answer: Reader) -> Published:
    """Read the answer to `publish`."""
    subscription = answer.u32()
    available = [answer.u32() for _ in range(answer.length())]
    more = answer.u8() != 0
    return Published(subscription, available, more, notification(answer))


def republish(subscription: int, sequence: int) -> bytes:
    """Ask for a message once more."""
    return u32(subscription, sequence)


def notification(answer: Reader) -> Notification:
    """Read one message; events and what is unknown are stepped over."""
    found = Notification(answer.u32())
    answer.skip(8)
    parts = answer.length()
    found.keep_alive = parts <= 0
    for _ in range(parts):
        kind, body = answer.extension()
        if body is None:
            continue
        if kind == DATA_CHANGE:
            found.changes.append(decode_values(body, body.length(), handles=True))
        elif kind == STATUS_CHANGE:
            found.ended = body.u32()
    return found
