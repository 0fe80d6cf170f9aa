"""A numbered conversation both ways: asks with one answer each, and what is told unasked. Engine, window, command line.

`Asking` is the end of a window: it asks, gets the answer of the same number, and hands on what it is told. `Attended`
is the engine's end of one window: it never waits for the window. What a slow window has not taken of one kind is
replaced by the newest; a window that takes nothing for 5 s, asks too much at once or too fast loses its connection.
"""

import asyncio
import itertools
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

from hmi.link.connection import Connection
from hmi.link.framing import FrameError, Framing
from hmi.link.messages import Refused
from hmi.link.reception import Reception
from hmi.link.transports import dial
from hmi.model.errors import HmiError, LinkLost
from hmi.model.quality import Cause
from hmi.model.reason import reason

log = logging.getLogger("hmi.link")

MOST_WINDOWS = 24
"""Connections at once: eight windows, the command line, and room; one more is ended at once."""
MOST_ASKED = 32
"""Asks of one connection whose answer has not gone out; while there are so many its socket is not read."""
MOST_TOLD = 512
"""Kinds of news that wait for one connection."""
RATE, BURST = 200.0, 400.0
"""Asks a second that a connection may keep up, and in one go."""
ANSWER_LIMIT_S = 20.0
CONNECT_LIMIT_S = 2.0


class Handler(Protocol):
    """Answers one connection; made anew for each."""

    async def answer(self, message: Any) -> Any:
        """Answer an ask. What it raises as `HmiError` becomes `Refused` with its reason."""
        ...

    async def ended(self) -> None:
        """The connection is gone."""
        ...


class Attended:
    """The engine's end of one connection."""

    def __init__(self, connection: Connection[Any], make_handler: "Callable[[Attended], Handler]") -> None:
        """Take over a connection.

        Args:
            connection: open.
            make_handler: gives what answers it.
        """
        self._connection = connection
        self._answers: deque[Any] = deque()
        self._news: OrderedDict[str, bytes] = OrderedDict()
        self._waiting = asyncio.Event()
        self._places = asyncio.Semaphore(MOST_ASKED)
        self._tasks: set[asyncio.Task[None]] = set()
        self._allowance, self._looked_s = BURST, asyncio.get_running_loop().time()
        self._handler = make_handler(self)

    def tell(self, kind: str, frame: bytes) -> None:
        """Tell something unasked, soon; never waits.

        Args:
            kind: an older, untold message of the same kind is replaced by this one.
            frame: `Hub.pack` of the message, so that it is packed once for all windows.
        """
        self._news.pop(kind, None)
        if len(self._news) >= MOST_TOLD:
            self._connection.abort()  # it takes nothing, and what it does not know could not be told apart any more
            return
        self._news[kind] = frame
        self._waiting.set()

    async def run(self) -> None:
        """Serve until the connection ends; never raises but for cancellation."""
        sending = asyncio.create_task(self._send())
        try:
            while not sending.done():
                message = await self._connection.receive()
                await self._keep_pace()
                await self._places.acquire()
                task = asyncio.create_task(self._answer(message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        except LinkLost as lost:
            log.debug("a connection to the engine ended: %s", lost)
        finally:
            tasks = [sending, *self._tasks]
            for one in tasks:
                one.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._handler.ended()

    async def _answer(self, message: Any) -> None:
        number = getattr(message, "number", 0)
        try:
            answer = await self._handler.answer(message)
        except HmiError as error:
            answer = Refused(reason=error.reason, number=number)
        except Exception:
            log.exception("answering %s failed", type(message).__name__)
            answer = Refused(reason=reason("link.own_fault"), number=number)
        self._answers.append(answer)
        self._waiting.set()

    async def _send(self) -> None:
        """Send what waits: answers first, for somebody stands before the screen."""
        try:
            while True:
                await self._waiting.wait()
                self._waiting.clear()
                while self._answers or self._news:
                    if self._answers:
                        await self._give(self._answers.popleft())
                        self._places.release()
                    else:
                        await self._connection.send_frame(self._news.popitem(last=False)[1])
        except LinkLost:
            self._places.release()  # whoever waits for a place goes on, and sees that nothing is sent any more

    async def _give(self, answer: Any) -> None:
        """Send an answer; one that is too long for a message is a fault of ours, and said as one."""
        try:
            await self._connection.send(answer)
        except FrameError:
            log.exception("an answer (%s) is too long", type(answer).__name__)
            number = getattr(answer, "number", 0)
            await self._connection.send(Refused(reason=reason("link.own_fault"), number=number))

    async def _keep_pace(self) -> None:
        """Read no faster than a person at a window can ever need."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._allowance = min(BURST, self._allowance + (now - self._looked_s) * RATE) - 1.0
        self._looked_s = now
        if self._allowance < 0:
            await asyncio.sleep(-self._allowance / RATE)


class Hub(Reception[Any]):
    """Serves a socket: one `Attended` a connection."""

    def __init__(self, framing: Framing[Any], make_handler: Callable[[Attended], Handler], place: str) -> None:
        """Keep what to speak and who answers."""
        super().__init__(framing, place, MOST_WINDOWS)
        self._make_handler = make_handler

    def pack(self, message: Any) -> bytes:
        """Make what `Attended.tell` takes.

        Raises:
            FrameError: when the message is too long.
        """
        return self._framing.pack(message)

    async def serve_one(self, connection: Connection[Any]) -> None:
        """Serve one window until it goes."""
        await Attended(connection, self._make_handler).run()


class Asking:
    """The asking end; after a lost link make a new one."""

    def __init__(self, connection: Connection[Any], told: Callable[[Any], None]) -> None:
        """Take over a connection.

        Args:
            connection: open.
            told: gets everything that is told unasked, on the event loop.
        """
        self._connection = connection
        self._told = told
        self._numbers = itertools.count(1)
        self._open: dict[int, asyncio.Future[Any]] = {}
        self._reading = asyncio.create_task(self._read(), name="link asking")

    @property
    def closed(self) -> bool:
        """True once the link has ended."""
        return self._reading.done()

    async def wait_closed(self) -> None:
        """Wait until the link ends; never raises but for cancellation."""
        await asyncio.wait({self._reading})

    async def ask(self, make: Callable[[int], Any], limit_s: float = ANSWER_LIMIT_S) -> Any:
        """Ask, and wait for the answer.

        Args:
            make: gives the message for its number.
            limit_s: longest wait, seconds.

        Returns:
            The answer; `Refused` is one too.

        Raises:
            LinkLost: when the link ends first.
            TimeoutError: when no answer came in time; a later one is dropped, the link stays.
        """
        return await self.begin(make, limit_s)

    def begin(self, make: Callable[[int], Any], limit_s: float = ANSWER_LIMIT_S) -> Coroutine[Any, Any, Any]:
        """Send an ask in this very turn of the loop (a click's, before anything is painted); else as `ask`.

        Returns:
            Waits for the answer, as `ask` does; the caller runs it.

        Raises:
            LinkLost: when the link has ended; nothing was sent.
        """
        if self.closed:
            raise LinkLost(Cause.DEVICE_OFFLINE, place=self._connection.place)
        number = next(self._numbers)
        self._connection.put(make(number))
        future = self._open[number] = asyncio.get_running_loop().create_future()
        future.add_done_callback(_look_at)
        return self._wait(number, future, limit_s)

    async def _wait(self, number: int, future: "asyncio.Future[Any]", limit_s: float) -> Any:
        try:
            await self._connection.drain()
            async with asyncio.timeout(limit_s):
                return await future
        finally:
            del self._open[number]

    async def close(self) -> None:
        """End the link; never raises, safe to call twice."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        await self._connection.close()

    async def _read(self) -> None:
        """Hand answers to who waits for them, and news to who listens."""
        try:
            while True:
                message = await self._connection.receive()
                number = getattr(message, "number", 0)
                if not number:
                    self._told(message)
                elif (future := self._open.get(number)) is not None and not future.done():
                    future.set_result(message)
        except LinkLost:
            pass
        finally:
            for future in self._open.values():
                if not future.done():
                    future.set_exception(LinkLost(Cause.DEVICE_OFFLINE, place=self._connection.place))


def _look_at(future: "asyncio.Future[Any]") -> None:
    """Let asyncio miss nobody for the end of an ask that was given up."""
    if not future.cancelled():
        future.exception()


async def attend(path: Path, make_handler: Callable[[Attended], Handler], messages: Any) -> Hub:
    """Listen on a socket of this station.

    Args:
        path: of the socket, in the runtime folder.
        make_handler: gives what answers a new connection.
        messages: the union of the conversation's structs.

    Raises:
        EnvironmentFault: when the path is too long, already served, or not ours.
    """
    hub = Hub(Framing(messages), make_handler, path.name)
    await hub.open(path)
    return hub


async def reach(path: Path, messages: Any, told: Callable[[Any], None], limit_s: float = CONNECT_LIMIT_S) -> Asking:
    """Connect to a socket of this station.

    Raises:
        LinkLost: when nobody serves it, or another account does.
        EnvironmentFault: when the path is too long for a socket.
    """
    reader, writer = await dial(path, limit_s)
    return Asking(Connection(reader, writer, Framing(messages), path.name), told)


Ask = Callable[[Callable[[int], Any]], Awaitable[Any]]
"""What a page of the window gets to ask with."""
