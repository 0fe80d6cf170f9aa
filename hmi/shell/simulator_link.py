"""The window's line to the simulator of `hmi demo`: asks how the devices are, tells it to break or mend one. asyncio.

It speaks to the simulator's own socket and to nothing else; without `hmi demo` it is never made. A simulator that
died is asked again every second until it is back.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hmi.link import Client, connect
from hmi.link.messages import SIMULATOR_SOCKET, AskStatus, FaultKind, SetFault, SimulatorMessage, SimulatorStatus
from hmi.model.errors import HmiError, LinkLost

ASK_EVERY_S = 1.0

log = logging.getLogger("hmi.link")


class SimulatorLink:
    """Asks once a second and after each wish."""

    def __init__(self, runtime: Path, tell: Callable[[SimulatorStatus | None], None]) -> None:
        """Prepare to ask.

        Args:
            runtime: folder of the simulator's socket.
            tell: called on the GUI thread with each answer, None when nobody answers.
        """
        self._path = runtime / SIMULATOR_SOCKET
        self._tell = tell
        self._wishes: list[SetFault] = []
        self._wished = asyncio.Event()

    def set_fault(self, device: str, kind: FaultKind) -> None:
        """Wish for a fault; it is told to the simulator at once, or forgotten when that is away."""
        self._wishes.append(SetFault(device=device, kind=kind))
        self._wished.set()

    async def run(self) -> None:
        """Ask until cancelled."""
        client: Client[Any] | None = None
        try:
            while True:
                try:
                    client = client or await connect(self._path, SimulatorMessage)
                    await self._speak(client)
                except (LinkLost, TimeoutError):
                    await _give_up(client)
                    client = None
                    self._wishes.clear()
                    self._tell(None)
                await self._wait()
        except HmiError as error:
            log.warning("the simulator cannot be reached: %s", error)
        finally:
            await _give_up(client)

    async def _speak(self, client: Client[Any]) -> None:
        """Tell the wishes, ask how it is."""
        while self._wishes:
            await client.ask(self._wishes.pop(0))
        answer = await client.ask(AskStatus())
        self._tell(answer if isinstance(answer, SimulatorStatus) else None)

    async def _wait(self) -> None:
        """Wait for the next second or the next wish."""
        try:
            async with asyncio.timeout(ASK_EVERY_S):
                await self._wished.wait()
        except TimeoutError:
            pass
        self._wished.clear()


async def _give_up(client: Client[Any] | None) -> None:
    """End a link that is no use any more."""
    if client is not None:
        await client.close()
