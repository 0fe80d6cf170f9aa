"""What the commands ask of the rest of the engine: devices by name, the audit trail of earlier runs. Event loop."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hmi.engine.running import Running
from hmi.model.errors import EnvironmentFault
from hmi.model.event import AuditRow, HistoryQuery
from hmi.model.project import Project

log = logging.getLogger("hmi.command")

_MOST_ROWS = 200
"""More states than a command can have."""


class DevicesAtWork:
    """The devices of the running project."""

    def __init__(self, project: Callable[[], Project], running: Mapping[str, Running]) -> None:
        """Look where the engine looks.

        Args:
            project: gives the one that runs.
            running: by id of the device.
        """
        self._project = project
        self._running = running

    def find(self, name: str) -> Running | None:
        """Give a device by its name; None when there is none at work."""
        device = self._project().devices_by_name.get(name)
        return self._running.get(device.id) if device is not None else None


class StoredTrail:
    """The audit trail in the store, read in a thread."""

    def __init__(self, folder: Path) -> None:
        """Keep where the store lies.

        Args:
            folder: data folder of the station.
        """
        self._folder = folder

    async def of_command(self, command: str) -> Sequence[AuditRow] | None:
        """Give the durable rows of a command's id, oldest first; None when they cannot be read."""
        return await asyncio.to_thread(self._read, command)

    def _read(self, command: str) -> Sequence[AuditRow] | None:
        from hmi.store import StoreReader  # SQLAlchemy takes a quarter of a second; here it is the thread's

        try:
            page = StoreReader(self._folder).audit(HistoryQuery(command=command, limit=_MOST_ROWS))
        except EnvironmentFault as fault:
            log.error("the audit trail cannot be read: %s", fault)
            return None
        return page.rows[::-1] if not page.damaged else None
