"""The OPC UA server of one simulated device: nodes, sessions, publishing. asyncio; imported by `ua_endpoint` in time.

The server is the library's, without its own port: the connections are ours, so that a cable can be pulled. It is meant
for tens of nodes: with a thousand that change ten times a second it starves its own clients (`specs/performance.md`).
The library takes half a second to load and one or two to build its address space, both off the loop.
"""

import asyncio
import logging
import uuid
from datetime import UTC, datetime
from typing import Any, Protocol

from asyncua import ua
from asyncua.common.callback import CallbackType
from asyncua.server.binary_server_asyncio import OPCUAProtocol
from asyncua.server.server import Server
from asyncua.ua.attribute_ids import AttributeIds

from hmi.link.messages import FaultKind
from hmi.model.devices.opcua import IdKind, OpcUaPoint
from hmi.model.tag import DataType
from hmi.simulate.listener import Connection
from hmi.simulate.session import SLOW_S
from hmi.simulate.ua_plc import NodeValue, UaPlc

logging.getLogger("asyncua").setLevel(logging.CRITICAL + 1)  # it logs each client that goes

PUBLISH_S = 0.2
"""How often changed values are taken into the nodes, seconds."""
MOST_HELD = 1_000_000
"""Bytes that wait for a cable to be plugged in again."""
_KINDS = {
    DataType.BOOL: ua.VariantType.Boolean, DataType.INT16: ua.VariantType.Int16, DataType.UINT16: ua.VariantType.UInt16,
    DataType.INT32: ua.VariantType.Int32, DataType.UINT32: ua.VariantType.UInt32, DataType.INT64: ua.VariantType.Int64,
    DataType.UINT64: ua.VariantType.UInt64, DataType.FLOAT32: ua.VariantType.Float,
    DataType.FLOAT64: ua.VariantType.Double, DataType.STRING: ua.VariantType.String,
}  # fmt: skip


class Port(Protocol):
    """What sessions need to know of their port."""

    sessions: set[Connection]

    @property
    def silent(self) -> bool:
        """True while nothing may be read or answered."""
        ...

    @property
    def fault_of_device(self) -> FaultKind:
        """How the device behind the port is broken."""
        ...


class _Server(Server):
    """The library's server without a port of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.talking: list[OPCUAProtocol] = []
        self.closing: list[asyncio.Task[Any]] = []

    async def start(self) -> None:
        """Begin to serve the connections that are handed over."""
        await self._setup_server_nodes()
        await self.iserver.start()

    async def stop(self) -> None:
        """End serving."""
        await asyncio.gather(*self.closing, return_exceptions=True)
        await self.iserver.stop()

    def arguments(self) -> dict[str, Any]:
        """Give what the library's protocol needs."""
        self.closing[:] = [task for task in self.closing if not task.done()]
        return {
            "iserver": self.iserver,
            "policies": self._policies,
            "clients": self.talking,
            "closing_tasks": self.closing,
            "limits": self.limits,
        }


class _Gate(asyncio.Transport):
    """What the server writes to: passes on, late, or not before the cable is plugged in again."""

    def __init__(self, inner: asyncio.Transport, port: Port) -> None:
        super().__init__()
        self._inner = inner
        self._port = port
        self._held: list[bytes] = []
        self._late: list[asyncio.TimerHandle] = []

    def write(self, data: Any) -> None:
        if self._port.silent or self._held:
            self._held.append(bytes(data))
            if sum(map(len, self._held)) > MOST_HELD:
                self.abort()
        elif self._port.fault_of_device is FaultKind.SLOW or self._late:
            loop = asyncio.get_running_loop()
            self._late.append(loop.call_later(SLOW_S, self._write_late, bytes(data)))
        else:
            self._inner.write(data)

    def flush(self) -> None:
        """Write what waited for the cable."""
        held, self._held = self._held, []
        for data in held:
            self._inner.write(data)

    def end(self) -> None:
        """Forget what was to be written."""
        for timer in self._late:
            timer.cancel()
        self._late.clear()
        self._held.clear()

    def close(self) -> None:
        self._inner.close()

    def abort(self) -> None:
        self._inner.abort()

    def is_closing(self) -> bool:
        return self._inner.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._inner.get_extra_info(name, default)

    def _write_late(self, data: bytes) -> None:
        del self._late[:1]
        if not self._inner.is_closing():
            self._inner.write(data)


class _Session(OPCUAProtocol):
    """One connection."""

    def __init__(self, port: Port, arguments: dict[str, Any]) -> None:
        super().__init__(**arguments)
        self._port = port
        self._gate: _Gate | None = None
        self._wire: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._wire = transport
            self._gate = _Gate(transport, self._port)
            self._port.sessions.add(self)
            super().connection_made(self._gate)
            if self._port.silent:
                self.hush()

    def connection_lost(self, ex: BaseException | None) -> None:
        self._port.sessions.discard(self)
        if self._gate is not None:
            self._gate.end()
        super().connection_lost(ex)

    def hush(self) -> None:
        """Read and answer nothing."""
        if self._wire is not None and not self._wire.is_closing():
            self._wire.pause_reading()

    def speak(self) -> None:
        """Read and answer again."""
        if self._wire is not None and self._gate is not None and not self._wire.is_closing():
            self._gate.flush()
            self._wire.resume_reading()

    def drop(self) -> None:
        """End at once."""
        if self._wire is not None:
            self._wire.abort()


class UaServer:
    """Serves the nodes of one device over the connections that it is given."""

    def __init__(self, plc: UaPlc, port: Port) -> None:
        """Belong to a port; `open` comes next.

        Args:
            plc: the device.
            port: whose connections are served.
        """
        self._plc = plc
        self._port = port
        self._server = _Server()
        self._nodes: dict[str, tuple[ua.NodeId, ua.VariantType]] = {}
        self._shown: dict[str, NodeValue] = {}
        self._publishing: asyncio.Task[None] | None = None

    async def open(self, url: str) -> None:
        """Make address space and nodes; connections may be handed over afterwards.

        Args:
            url: that the server calls its own.
        """
        server = self._server
        await server.init()
        server.set_endpoint(url)
        server.set_server_name(f"Clearline simulator: {self._plc.name}")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        await self._make_nodes(server)
        server.subscribe_server_callback(CallbackType.PostWrite, self._written)
        await server.start()
        self._publishing = asyncio.create_task(self._publish(server), name=f"simulate nodes {url}")

    async def close(self) -> None:
        """End serving, after `open`; every connection has been ended before."""
        if self._publishing is not None:
            task, self._publishing = self._publishing, None
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0)  # the connections that were ended tell the server so
        await self._server.stop()

    def session(self) -> asyncio.Protocol:
        """Make what speaks over one connection."""
        session: asyncio.Protocol = _Session(self._port, self._server.arguments())
        return session

    async def _make_nodes(self, server: _Server) -> None:
        """Make the nodes of the device, and as many namespaces as their ids name."""
        highest = max((node.point.namespace for node in self._plc.nodes.values()), default=1)
        for number in range(2, highest + 1):
            await server.register_namespace(f"urn:clearline:simulated:{number}")
        folder = await server.nodes.objects.add_object(_made_id(self._plc.name, 1), self._plc.name)
        for key, node in self._plc.nodes.items():
            kind = _KINDS[node.point.data_type]
            name = ua.QualifiedName(node.title, ua.UInt16(node.point.namespace))
            value = self._plc.values.get(key, "" if kind is ua.VariantType.String else 0)
            made = await folder.add_variable(_node_id(node.point), name, value, kind)
            if node.writable:
                await made.set_writable()
            self._nodes[key] = (made.nodeid, kind)

    async def _publish(self, server: _Server) -> None:
        """Take changed values into the nodes, again and again."""
        while True:
            stamp = datetime.now(UTC)
            for key, value in self._plc.values.items():
                if key in self._nodes and self._shown.get(key) != value:
                    self._shown[key] = value
                    node, kind = self._nodes[key]
                    data = ua.DataValue(ua.Variant(value, kind), SourceTimestamp=stamp)  # type: ignore[arg-type]
                    await server.write_attribute_value(node, data)
            await asyncio.sleep(PUBLISH_S)

    async def _written(self, event: Any, _dispatcher: Any = None) -> None:
        """Take what a client has written."""
        if not event.is_external:
            return
        by_id = {node: key for key, (node, _) in self._nodes.items()}
        for wanted, status in zip(event.request_params.NodesToWrite, event.response_params, strict=True):
            key = by_id.get(wanted.NodeId)
            if key is not None and wanted.AttributeId == AttributeIds.Value and status.is_good():
                self._shown[key] = wanted.Value.Value.Value
                self._plc.written(key, wanted.Value.Value.Value)


def _node_id(point: OpcUaPoint) -> ua.NodeId:
    """Make the library's node id of an address."""
    identifier: Any = point.identifier
    if point.kind is IdKind.GUID:
        identifier = uuid.UUID(bytes_le=identifier)
    return _made_id(identifier, point.namespace)


def _made_id(identifier: Any, namespace: int) -> ua.NodeId:
    """Make a node id; the library finds its kind by the type of the identifier."""
    return ua.NodeId(identifier, ua.Int16(namespace))
