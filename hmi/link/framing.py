"""Frames of the link: length (4 bytes, little-endian) + msgpack of a tagged union. Pure; used by client and server.

A frame that is too long, empty, of an unknown tag or with an unknown field is never answered: it ends the
connection, for two programs of different versions must not guess at each other.
"""

import struct
from typing import Any, Generic, TypeVar

import msgspec

MAX_MESSAGE_BYTES = 1024 * 1024
"""Longest message, without its length."""
HEADER = struct.Struct("<I")

M = TypeVar("M")


class FrameError(Exception):
    """What came is no message of this conversation."""


class Framing(Generic[M]):
    """Turns the messages of one conversation into bytes and back."""

    def __init__(self, messages: Any) -> None:
        """Prepare for a conversation.

        Args:
            messages: the union of its structs, for example `SimulatorMessage`.
        """
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder: msgspec.msgpack.Decoder[M] = msgspec.msgpack.Decoder(messages)

    def pack(self, message: M) -> bytes:
        """Make the frame of a message.

        Raises:
            FrameError: when it is longer than `MAX_MESSAGE_BYTES`.
        """
        body = self._encoder.encode(message)
        if len(body) > MAX_MESSAGE_BYTES:
            text = f"a message of {len(body)} bytes is longer than {MAX_MESSAGE_BYTES}"
            raise FrameError(text)
        return HEADER.pack(len(body)) + body

    def unpack(self, body: bytes) -> M:
        """Read a message from its body.

        Raises:
            FrameError: when it is not one of this conversation.
        """
        try:
            return self._decoder.decode(body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise FrameError(str(error)) from error


def body_length(header: bytes) -> int:
    """Read and check the length before a body.

    Raises:
        FrameError: when it is 0 or longer than `MAX_MESSAGE_BYTES`.
    """
    (length,) = HEADER.unpack(header)
    if not 0 < length <= MAX_MESSAGE_BYTES:
        text = f"a length of {length} bytes is outside 1 to {MAX_MESSAGE_BYTES}"
        raise FrameError(text)
    return int(length)
