"""Starts the history server on demand and ends it with the engine. Engine process, event loop.

The server holds the other end of a pipe: it ends when the engine does, however that dies.
"""

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from hmi.link.engine_messages import HISTORY_SOCKET
from hmi.model.errors import EnvironmentFault
from hmi.model.station import Station

log = logging.getLogger("hmi.engine")

START_LIMIT_S = 15.0
"""Longest wait until a new server answers."""
END_LIMIT_S = 2.0
_ROOT = str(Path(__file__).resolve().parents[3])
"""Where the new process finds this very package, from whatever folder it is started."""


class HistoryServerChild:
    """At most one history server, there when somebody asks for it."""

    def __init__(self, station: Station, command: Sequence[str] = ()) -> None:
        """Prepare; nothing is started yet.

        Args:
            station: whose store it reads, and in whose runtime folder it listens.
            command: starts the process; empty is this Python.
        """
        self._station = station
        start = tuple(command) or (sys.executable, "-m", "hmi.engine.history_server")
        self._command = (*start, str(station.data), str(station.runtime))
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int:
        """Of the running server; 0 when there is none."""
        return self._process.pid if self._process is not None and self._process.returncode is None else 0

    async def ensure(self) -> str:
        """See to it that a server answers.

        Returns:
            Name of its socket in the runtime folder.

        Raises:
            EnvironmentFault: when it cannot be started.
        """
        async with self._turn:
            if not self.pid:
                await self._end()
                await self._start()
        return HISTORY_SOCKET

    async def close(self) -> None:
        """End the server; safe to call twice."""
        async with self._turn:
            await self._end()

    async def _start(self) -> None:
        known = [_ROOT, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(known))},
                start_new_session=True,  # a Ctrl-C of the terminal reaches the engine alone, which ends it in order
            )
            if self._process.stdout is None:
                message = "no pipe"
                raise OSError(message)
            async with asyncio.timeout(START_LIMIT_S):
                said = await self._process.stdout.readline()
        except (OSError, TimeoutError) as error:
            await self._end()
            raise EnvironmentFault("store.history_server", error=str(error) or "timeout") from error
        except asyncio.CancelledError:
            await self._end()
            raise
        if said.strip() != b"ready":
            await self._end()
            raise EnvironmentFault("store.history_server", error=said.decode(errors="replace").strip() or "-")
        log.info("history server %d answers", self._process.pid)

    async def _end(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(END_LIMIT_S):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
