"""What outlives the engine: its rows in a snapshot, and what an earlier engine left. Event loop, and a thread."""

import asyncio
import logging

from hmi.engine.rows import RowTable
from hmi.image.remains import Remains, remains_of_columns, remains_of_image
from hmi.image.snapshot import read_snapshot, write_snapshot
from hmi.model.clock import Clock
from hmi.model.errors import ImageError
from hmi.model.station import Station

log = logging.getLogger("hmi.scan")

SNAPSHOT_S = 10.0


class Snapshots:
    """Writes the rows of one engine to its snapshot, one writing at a time."""

    def __init__(self, table: RowTable, station: Station, clock: Clock) -> None:
        """Keep what to write, and where.

        Args:
            table: the rows.
            station: its data folder holds the snapshot.
            clock: brings the ages of an older boot into this one.
        """
        self._table = table
        self._station = station
        self._path = station.data / "snapshot.bin"
        self._clock = clock

    def left(self) -> Remains | None:
        """Find what an earlier engine left: its image of this boot, else the snapshot. Reads files."""
        found = remains_of_image(self._station.pointer)
        if found is not None:
            return found
        try:
            return read_snapshot(self._path, self._clock)
        except ImageError as error:
            log.warning("the snapshot cannot be used: %s", error)
            return None

    async def run(self) -> None:
        """Write every 10 s, in a thread, until cancelled; ends only when the thread has."""
        while True:
            await asyncio.sleep(SNAPSHOT_S)
            writing = asyncio.create_task(asyncio.to_thread(self._write, self._copy()), name="snapshot")
            try:
                await asyncio.shield(writing)
            finally:
                await asyncio.wait({writing})  # so that the snapshot of a stop meets no other at its temporary file

    def write_now(self) -> None:
        """Write at once; waits for the disk."""
        self._write(self._copy())

    def _copy(self) -> Remains:
        writer = self._table.writer
        return remains_of_columns(writer.columns, writer.used)

    def _write(self, rows: Remains) -> None:
        try:
            write_snapshot(self._path, rows)
        except OSError as error:
            log.error("the snapshot cannot be written: %s", error)
