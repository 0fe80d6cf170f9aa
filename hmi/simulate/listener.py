"""A listening port on loopback with simulated devices behind it, that can be cut off like a real cable. asyncio.

What is spoken over it is the business of `endpoint` (Modbus TCP) and `ua_endpoint` (OPC UA). Decision record 0010.
"""

import asyncio
import contextlib
import errno
import logging
import socket
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar

from hmi.link.messages import FaultKind
from hmi.model.device import Device
from hmi.model.errors import EnvironmentFault

log = logging.getLogger("hmi.simulate")

MOST_CLIENTS = 32
"""Connections at once; one more is ended at once, as a PLC without a free slot does."""
BACKLOG = 16
PLUGS = 8


class Simulated(Protocol):
    """A simulated device, whatever it speaks."""

    @property
    def device(self) -> Device:
        """Of the project."""
        ...

    @property
    def name(self) -> str:
        """Of the device."""
        ...

    @property
    def tag_paths(self) -> frozenset[str]:
        """Paths of the tags that are read from it."""
        ...

    @property
    def fault(self) -> FaultKind:
        """How it is broken."""
        ...

    def set_fault(self, kind: FaultKind) -> None:
        """Break it, or mend it."""
        ...

    def refresh(self, values: Mapping[str, float | int | str], step_s: float) -> None:
        """Let the program run once.

        Args:
            values: tag path -> engineering value of the process model.
            step_s: time since the last call, seconds.
        """
        ...


class Connection(Protocol):
    """One connection of a port."""

    def hush(self) -> None:
        """Read and answer nothing; what comes waits in the kernel, as on a wire that is cut."""
        ...

    def speak(self) -> None:
        """Read and answer again."""
        ...

    def drop(self) -> None:
        """End at once; the peer gets a reset."""
        ...


P = TypeVar("P", bound=Simulated)


class Listener(ABC, Generic[P]):
    """One port."""

    def __init__(self, host: str, port: int, plcs: Mapping[int, P]) -> None:
        """Keep who answers.

        Args:
            host: a loopback address.
            port: TCP port; 0 lets the system choose one.
            plcs: unit identifier (0 where there are none) -> device.
        """
        self.host = host
        self.port = port
        self.plcs = dict(plcs)
        self.sessions: set[Connection] = set()
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._plugs: list[socket.socket] = []

    @property
    def fault(self) -> FaultKind:
        """The fault that concerns the whole port: the first of its PLCs that is off or cut off."""
        for plc in self.plcs.values():
            if plc.fault in (FaultKind.DEVICE_OFF, FaultKind.CABLE_PULLED):
                return plc.fault
        return FaultKind.NONE

    @property
    def silent(self) -> bool:
        """True while nothing may be read or answered."""
        return self.fault is FaultKind.CABLE_PULLED

    @property
    def answering(self) -> bool:
        """False while nobody is let in yet: who connects waits in the kernel."""
        return True

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            EnvironmentFault: when the port is taken.
        """
        self._bind()
        await self.follow()

    async def follow(self) -> None:
        """Bring the port into the state that the faults ask for.

        Raises:
            EnvironmentFault: when somebody else took the port meanwhile.
        """
        fault = self.fault
        await self._stop_accepting()
        self._unplug()
        if fault is FaultKind.DEVICE_OFF:
            # The socket that stays bound keeps the port for us and, as it does not listen, refuses every connection.
            self.drop_all()
            self._bind()
        elif fault is FaultKind.CABLE_PULLED:
            for session in tuple(self.sessions):
                session.hush()
            self._plug()
        elif self._listener is not None:
            try:
                self._listener.listen(BACKLOG)
            except OSError as error:
                raise self._unusable(error) from error
            if self.answering:
                self._accepting = asyncio.create_task(self._accept(self._listener), name=f"simulate accept {self.port}")
            for session in tuple(self.sessions):
                session.speak()

    async def close(self) -> None:
        """Stop listening, end every connection; safe to call twice."""
        await self._stop_accepting()
        self._unplug()
        self.drop_all()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def drop_all(self) -> None:
        """End every connection at once, unsent answers included."""
        for session in tuple(self.sessions):
            session.drop()

    @abstractmethod
    def _session(self) -> asyncio.Protocol:
        """Make what speaks over one connection; it adds itself to `sessions` and takes itself away."""

    def _bind(self) -> None:
        """Bind the port without listening yet."""
        if self._listener is not None:
            self._listener.close()
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        if sys.platform != "win32":  # on Windows this option would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        try:
            listener.bind((self.host, self.port))
        except OSError as error:
            listener.close()
            raise self._unusable(error) from error
        self.port = int(listener.getsockname()[1])
        self._listener = listener

    def _unusable(self, error: OSError) -> EnvironmentFault:
        """Say why the port cannot be used."""
        code = "simulate.port_taken" if error.errno == errno.EADDRINUSE else "simulate.port_unusable"
        return EnvironmentFault(code, host=self.host, port=self.port, error=error.strerror or str(error))

    async def _accept(self, listener: socket.socket) -> None:
        """Take connections as they come."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                peer, _ = await loop.sock_accept(listener)
            except OSError as error:  # out of file descriptors, or the peer was gone already
                log.warning("port %d could not take a connection: %s", self.port, error)
                await asyncio.sleep(0.2)
                continue
            if len(self.sessions) >= MOST_CLIENTS:
                peer.close()
                continue
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                await loop.connect_accepted_socket(self._session, peer)
            except OSError:
                peer.close()

    async def _stop_accepting(self) -> None:
        """End the task that takes connections."""
        if self._accepting is not None:
            task, self._accepting = self._accepting, None
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _plug(self) -> None:
        """Fill the queue of connections that wait to be taken, so that the kernel drops the SYN of the next one.

        A client then hangs in its connect as behind a pulled cable (Linux: a full accept queue drops SYNs). On Windows
        a full queue refuses instead; there the fault shows in the connections that are open.
        """
        if self._listener is None or sys.platform == "win32":
            return
        self._listener.listen(0)
        for _ in range(PLUGS):
            plug = socket.socket(self._listener.family, socket.SOCK_STREAM)
            plug.setblocking(False)
            plug.connect_ex((self.host, self.port))
            self._plugs.append(plug)

    def _unplug(self) -> None:
        """Free the queue again; what waits in it is ended."""
        for plug in self._plugs:
            plug.close()
        waiting = bool(self._plugs) and self._listener is not None
        self._plugs.clear()
        while waiting and self._listener is not None:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            peer.close()
