"""Records that wait because it is not known yet what stood at the engine's start. Engine process, event loop.

A store that could not be read at the start (locked, no rights) is no store to write to either: what an alarm does
depends on what it was. So nothing of the alarms is handed over before that is known; all of it is then one unit.
"""

import asyncio
import logging

from hmi.store.contract import Keeper, Record

log = logging.getLogger("hmi.alarm")


class Hold:
    """Takes records as a keeper does, and keeps them in memory."""

    def __init__(self) -> None:
        """Begin with none."""
        self.records: list[Record] = []
        self._promise: asyncio.Future[None] | None = None

    def keep(self, *records: Record) -> "asyncio.Future[None]":
        """Take records; gives what is done when all of them are durable."""
        self.records += records
        if self._promise is None:
            self._promise = asyncio.get_running_loop().create_future()
        return self._promise

    def release(self, keeper: Keeper, records: list[Record]) -> None:
        """Hand over, as one unit, what is to be kept in the place of everything that was held."""
        promise, self.records = self._promise, []
        future = keeper.keep(*records)
        if promise is not None:
            future.add_done_callback(lambda done: _settle(promise, done))

    def drop(self) -> None:
        """The engine stops: nobody will ever know what stood."""
        if self.records:
            log.error("the engine stops with %d records of alarms that no store ever took", len(self.records))
        self.records = []
        if self._promise is not None:
            self._promise.cancel()


def _settle(promise: "asyncio.Future[None]", done: "asyncio.Future[None]") -> None:
    """Let those who wait know what became of the unit."""
    error = None if done.cancelled() else done.exception()
    if promise.done():
        return
    if done.cancelled():
        promise.cancel()
    elif error is not None:
        promise.set_exception(error)
    else:
        promise.set_result(None)
