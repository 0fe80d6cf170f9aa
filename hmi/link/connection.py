"""One end of a link: sends and receives whole messages, bounded in length, memory and time.

Used by client and server. Runs on the event loop of its process (engine, simulator, window). Every wait has a
limit; a peer that reads too slowly loses its connection, so that it can never hold up the others.
"""

import asyncio
import contextlib
from typing import Generic, TypeVar

from hmi.link.framing import HEADER, FrameError, Framing, body_length
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause

M = TypeVar("M")

BODY_LIMIT_S = 5.0
"""Longest time between the first bytes of a message and its last: a peer that stops in the middle holds a place."""
SEND_LIMIT_S = 5.0
"""Longest time that a peer may take to make room for a message."""
WRITE_BUFFER_BYTES = 256 * 1024
"""Bytes that may wait for a peer before a sender waits too."""


class Connection(Generic[M]):
    """A connected socket or pipe, spoken to in messages."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, framing: Framing[M], place: str
    ) -> None:
        """Take over a connected stream.

        Args:
            reader: of the stream.
            writer: of the stream.
            framing: the conversation.
            place: what the other end is called in errors.
        """
        self._reader = reader
        self._writer = writer
        self._framing = framing
        self.place = place
        writer.transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)

    @property
    def closed(self) -> bool:
        """True once this end is closed or the other end is known to be gone."""
        return self._writer.is_closing() or self._reader.at_eof()

    async def send(self, message: M) -> None:
        """Send a message.

        Raises:
            LinkLost: when the other end is gone, or takes longer than `SEND_LIMIT_S` to read (the connection is
                then ended).
        """
        await self.send_frame(self._framing.pack(message))

    async def send_frame(self, frame: bytes) -> None:
        """Send a message that was packed before; else as `send`."""
        self._put(frame)
        await self.drain()

    def put(self, message: M) -> None:
        """Send a message in this very turn of the loop; whoever does so waits with `drain` before the next one.

        Raises:
            LinkLost: when the other end is gone.
        """
        self._put(self._framing.pack(message))

    async def drain(self) -> None:
        """Wait until the other end has room for more.

        Raises:
            LinkLost: as `send`.
        """
        try:
            async with asyncio.timeout(SEND_LIMIT_S):
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            self._writer.transport.abort()
            raise self._lost() from error

    def _put(self, frame: bytes) -> None:
        if self._writer.is_closing():
            raise self._lost()
        self._writer.write(frame)

    async def receive(self, limit_s: float | None = None) -> M:
        """Wait for the next message.

        Args:
            limit_s: longest wait for the whole message, seconds; None waits until one comes or the connection ends.

        Raises:
            LinkLost: when the connection ends, or brings something that is no message, or half of one and no more
                within `BODY_LIMIT_S` (it is then ended).
            TimeoutError: when nothing came in time (the connection is then ended: half a message may have been read).
        """
        try:
            async with asyncio.timeout(limit_s):
                first = await self._reader.readexactly(1)
                return self._framing.unpack(await self._rest(first))
        except TimeoutError:
            self._writer.transport.abort()
            raise
        except (OSError, asyncio.IncompleteReadError, FrameError) as error:
            self._writer.transport.abort()
            raise self._lost(str(error) if isinstance(error, FrameError) else "") from error

    async def _rest(self, first: bytes) -> bytes:
        """Read the body of a message that has begun.

        Raises:
            FrameError: when it is not whole in time.
        """
        try:
            async with asyncio.timeout(BODY_LIMIT_S):
                length = body_length(first + await self._reader.readexactly(HEADER.size - 1))
                return await self._reader.readexactly(length)
        except TimeoutError:
            message = f"half a message, and no more within {BODY_LIMIT_S:g} s"
            raise FrameError(message) from None

    def abort(self) -> None:
        """End the connection at once; what was to be sent is dropped."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """End the connection; never raises, safe to call twice."""
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self._writer.wait_closed()
        self._writer.transport.abort()

    def _lost(self, detail: str = "") -> LinkLost:
        """Make the error of this connection."""
        return LinkLost(Cause.DEVICE_RESET, place=f"{self.place} ({detail})" if detail else self.place)
