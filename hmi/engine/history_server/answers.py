"""Answers what windows ask about journal and audit trail. History server process; questions run on one thread."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from hmi.link.engine_messages import AskAudit, AskJournal, Audit, HistoryMessage, Journal
from hmi.link.messages import Refused
from hmi.model.errors import HmiError
from hmi.model.reason import reason

MOST_BYTES = 900_000
"""Longest answer, with room to the limit of the link."""


class Answers:
    """The handler of the server's socket."""

    def __init__(self, folder: Path) -> None:
        """Keep where the store lies.

        Args:
            folder: data folder of the station.
        """
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, "history")
        self.asked_s = time.monotonic()
        """When somebody asked last, monotonic seconds."""

    async def answer(self, message: HistoryMessage) -> HistoryMessage:
        """Answer one message; never fails."""
        self.asked_s = time.monotonic()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, message)
        except HmiError as error:
            number = getattr(message, "number", 0)
            return Refused(reason=error.reason, number=number)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()

    def _read(self, message: HistoryMessage) -> HistoryMessage:
        """Ask the store; on the thread."""
        from hmi.store.reader import StoreReader

        reader = StoreReader(self._folder)
        match message:
            case AskJournal(number=number, query=query):
                journal = reader.journal(query)
                kept = _fitting(journal.rows)
                more = journal.more or kept < len(journal.rows)
                return Journal(number=number, rows=journal.rows[:kept], more=more, damaged=journal.damaged)
            case AskAudit(number=number, query=query):
                audit = reader.audit(query)
                kept = _fitting(audit.rows)
                more = audit.more or kept < len(audit.rows)
                return Audit(number=number, rows=audit.rows[:kept], more=more, damaged=audit.damaged)
            case _:
                return Refused(reason=reason("store.no_question"), number=message.number)


def _fitting(rows: tuple[msgspec.Struct, ...]) -> int:
    """Tell how many rows fit into one message."""
    encoder, size = msgspec.msgpack.Encoder(), 0
    for place, row in enumerate(rows):
        size += len(encoder.encode(row))
        if size > MOST_BYTES:
            return place
    return len(rows)
