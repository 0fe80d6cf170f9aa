"""A listening OPC UA port on loopback for one simulated device. asyncio; made by `simulation`.

It listens at once, as every other port does; who connects waits until the server behind it has been built, like a
device that is switched on. The server's library is loaded only then (`ua_server`).
"""

import asyncio
import importlib
from typing import TYPE_CHECKING

from hmi.link.messages import FaultKind
from hmi.simulate.listener import Listener
from hmi.simulate.ua_plc import UaPlc

if TYPE_CHECKING:
    from hmi.simulate.ua_server import UaServer

_LIBRARY = "hmi.simulate.ua_server"


class UaEndpoint(Listener[UaPlc]):
    """One port with one device."""

    def __init__(self, host: str, port: int, plc: UaPlc) -> None:
        """Keep who answers.

        Args:
            host: a loopback address.
            port: TCP port; 0 lets the system choose one.
            plc: the device.
        """
        super().__init__(host, port, {0: plc})
        self._plc = plc
        self._server: UaServer | None = None

    @property
    def fault_of_device(self) -> FaultKind:
        """How the device behind the port is broken."""
        return self._plc.fault

    @property
    def answering(self) -> bool:
        """False until the server has been built."""
        return self._server is not None

    async def build(self, delay_s: float) -> None:
        """Make the server, then let in who waits; call it once, after `open`.

        Args:
            delay_s: time left to others before, 0 or more seconds.
        """
        await asyncio.sleep(delay_s)
        library = await asyncio.to_thread(importlib.import_module, _LIBRARY)
        host = f"[{self.host}]" if ":" in self.host else self.host
        server: UaServer = library.UaServer(self._plc, self)
        await server.open(f"opc.tcp://{host}:{self.port}/")
        self._server = server
        await self.follow()

    async def close(self) -> None:
        """Stop listening, end every connection; safe to call twice."""
        await super().close()
        if self._server is not None:
            server, self._server = self._server, None
            await server.close()

    def _session(self) -> asyncio.Protocol:
        """Make what speaks over one connection."""
        if self._server is None:
            message = "a connection before the server"
            raise RuntimeError(message)
        return self._server.session()
