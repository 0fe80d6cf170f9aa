"""The OPC UA driver: one session to one server, polled or subscribed. Engine process, event loop.

A driver is made anew for each connection. One small task of its own keeps channel and session alive. Values are read
in batches within the server's limits; what one node says is the quality of its item (UA-27).
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence

from hmi.drivers.contract import Block, Item, Sink, Statistics, WriteItem, WriteResult, WriteState
from hmi.drivers.opcua import messages
from hmi.drivers.opcua.binary import MalformedAnswer
from hmi.drivers.opcua.decode import Kind
from hmi.drivers.opcua.messages import Attribute, Service
from hmi.drivers.opcua.plan import OpcUaPlan
from hmi.drivers.opcua.status import cause_of_fault, ends_the_link, result_of_write
from hmi.drivers.opcua.subscription import Subscription
from hmi.drivers.opcua.wire import Fault, SignIn, Wire
from hmi.drivers.opcua.writing import encode_variant
from hmi.drivers.resolve import resolve
from hmi.model.clock import Clock
from hmi.model.devices.opcua import OpcUaOptions, OpcUaPoint, host_and_port
from hmi.model.errors import AddressError, LinkLost
from hmi.model.quality import Cause

log = logging.getLogger("hmi.driver.opcua")

KEEP_S = 5.0
"""How often a session without other traffic says something, seconds; a third of its life when that is shorter."""
_WRITE_BIT = 0x02
"""Of UserAccessLevel: the current value may be written (part 3, 8.57)."""


def create(options: OpcUaOptions, clock: Clock, secrets: Callable[[str], str | None] | None = None) -> "OpcUaDriver":
    """Make a driver for one connection.

    Args:
        options: of the device.
        clock: for times and deadlines.
        secrets: gives the station's secret of a name, None when there is none.
    """
    return OpcUaDriver(options, clock, secrets)


class OpcUaDriver:
    """One session to one OPC UA server."""

    def __init__(self, options: OpcUaOptions, clock: Clock, secrets: Callable[[str], str | None] | None = None) -> None:
        self._options = options
        self._clock = clock
        self._secrets = secrets
        self._place = options.endpoint
        self._wire = Wire(self._place, options.request_ms / 1000, clock, options.connect_ms / 1000)
        self._read_batch = self._watch_batch = options.max_nodes
        self._keeper: asyncio.Task[None] | None = None
        self._subscription: Subscription | None = None
        self._kinds: dict[bytes, int] = {}
        """Node -> built-in type to be written, found out at the first write."""
        self._lost_before = 0

    async def open(self) -> None:
        """Connect and sign in within `connect_ms`.

        Raises:
            LinkLost: HOST_UNKNOWN, DEVICE_REFUSED, DEVICE_TIMED_OUT, ACCESS_DENIED, SECURITY_NEEDED, PASSWORD_IN_CLEAR,
                SECRET_MISSING, CONFIGURATION_ERROR and others.
        """
        cause = Cause.HOST_UNKNOWN
        try:
            host, port = host_and_port(self._options.endpoint)
            who = await self._who()
            async with asyncio.timeout(self._options.connect_ms / 1000):
                addresses = await resolve(host)
                cause = Cause.DEVICE_TIMED_OUT
                await self._wire.connect(addresses, port, self._options.endpoint)
                await self._wire.sign_in(self._options.endpoint, who)
                await self._ask_limits()
        except AddressError as error:
            raise LinkLost(Cause.CONFIGURATION_ERROR, place=self._place) from error
        except TimeoutError:
            raise LinkLost(cause, place=self._place) from None
        except Fault as fault:
            raise LinkLost(cause_of_fault(fault.status), place=self._place) from fault
        except (OSError, UnicodeError) as error:
            raise LinkLost(_cause_of(error), place=self._place) from error
        self._keeper = asyncio.create_task(self._keep(), name=f"keeper of {self._place}")

    async def close(self) -> None:
        """End session and connection; safe to call twice."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        await self._wire.close()

    def plan(self, items: Sequence[Item]) -> OpcUaPlan:
        """Write the node ids of items once."""
        return OpcUaPlan(items)

    async def read(self, plan: OpcUaPlan) -> Block:
        """Read all items of a plan once, in as few requests as the server's limit allows.

        Raises:
            LinkLost: when the connection is gone, or two requests in a row were not answered.
        """
        parts = []
        for start in range(0, len(plan.nodes), self._read_batch):
            places = plan.places[start : start + self._read_batch]
            cause = Cause.NONE
            try:
                answer = await self._wire.ask(Service.READ, messages.read(plan.nodes[start : start + self._read_batch]))
                columns = messages.values(answer, len(places))
            except Fault as fault:
                if ends_the_link(fault.status):
                    raise LinkLost(cause_of_fault(fault.status), place=self._place) from fault
                cause = cause_of_fault(fault.status)
            except TimeoutError:
                cause = Cause.DEVICE_TIMED_OUT
            except MalformedAnswer:
                cause = Cause.MALFORMED_ANSWER
            now = self._clock.wall_ns(), self._clock.monotonic_ns()
            parts.append(plan.failed(places, cause, *now) if cause else plan.block(places, columns, *now))
        if not plan.nodes:
            self._wire.check()
        return plan.whole(parts, self._clock.wall_ns(), self._clock.monotonic_ns())

    async def subscribe(self, plan: OpcUaPlan, sink: Sink) -> None:
        """Let the server tell changes until cancelled; see `hmi.drivers.contract.Subscriber`."""
        before = self._subscription
        if before is not None:
            self._lost_before += before.lost_changes
            await before.delete()
        self._subscription = Subscription(
            self._wire,
            self._options,
            self._clock,
            batch=self._watch_batch,
            read_all=lambda: self.read(plan),
            place=self._place,
        )
        await self._subscription.run(plan, sink)

    async def write(self, items: Sequence[WriteItem], deadline_mono_ns: int) -> list[WriteResult]:
        """Write items one after the other; nothing leaves after the deadline.

        Raises:
            LinkLost: when the connection was gone before anything was sent.
        """
        self._wire.check()
        results: list[WriteResult] = []
        sent = False
        for one in items:
            state, cause, was_sent = await self._write(one, deadline_mono_ns)
            if not was_sent and not sent and not self._wire.alive:
                raise LinkLost(cause, place=self._place)
            sent = sent or was_sent
            results.append(WriteResult(one.item.index, state, cause))
        return results

    async def read_back(self, items: Sequence[Item], deadline_mono_ns: int) -> Block:
        """Read a few items once; requests do not wait for each other, so there is nothing to get ahead of.

        Raises:
            LinkLost: when the connection is gone.
            TimeoutError: when the deadline passes first.
        """
        async with asyncio.timeout(self._left_s(deadline_mono_ns)):
            return await self.read(self.plan(items))

    def statistics(self) -> Statistics:
        """Counts since `open`."""
        lost = self._lost_before + (self._subscription.lost_changes if self._subscription else 0)
        wire = self._wire
        return Statistics(wire.requests, wire.errors, wire.late, wire.round_trip_ns, lost)

    # ------------------------------------------------------------------------------------------------ opening

    async def _who(self) -> SignIn:
        """Find out as whom to sign in.

        Raises:
            LinkLost: SECRET_MISSING.
        """
        options = self._options
        if not options.user:
            return SignIn()
        password = None
        if self._secrets is not None and options.secret:
            password = await asyncio.to_thread(self._secrets, options.secret)
        if password is None:
            raise LinkLost(Cause.SECRET_MISSING, place=self._place)
        return SignIn(options.user, password, options.allow_clear_password)

    async def _ask_limits(self) -> None:
        """Ask how much the server takes in one request; 0 or no answer to that means that it names no limit."""
        wanted = (messages.MAX_NODES_PER_READ, messages.MAX_ITEMS_PER_CALL)
        found = []
        for number in wanted:  # each alone, for the limit may be 1
            try:
                columns = messages.values(await self._wire.ask(Service.READ, messages.read_numbers((number,))), 1)
            except (Fault, MalformedAnswer):
                found.append(0)
                continue
            whole = columns.kind[0] in (Kind.UINT32, Kind.UINT16, Kind.INT32) and columns.status[0] < 0x8000_0000
            found.append(int(columns.bits[0]) if whole else 0)
        most = self._options.max_nodes
        self._read_batch, self._watch_batch = (min(limit or most, most) for limit in found)

    async def _keep(self) -> None:
        """Keep channel and session alive, and notice early that the server is silent."""
        renewed_ns = self._clock.monotonic_ns()
        try:
            while True:
                await asyncio.sleep(min(KEEP_S, self._wire.session_s / 3, self._wire.renew_s))
                if self._clock.monotonic_ns() - renewed_ns > self._wire.renew_s * 1e9:
                    await self._wire.renew()
                    renewed_ns = self._clock.monotonic_ns()
                try:
                    await self._wire.ask(Service.READ, messages.read_numbers((messages.SERVER_STATE,)))
                except (TimeoutError, MalformedAnswer):
                    continue
        except (LinkLost, Fault) as error:
            log.info("%s: %s", self._place, error)
            self._wire.reset()  # whoever reads, watches or writes hears of it by that

    # ------------------------------------------------------------------------------------------------ writing

    async def _write(self, one: WriteItem, deadline_mono_ns: int) -> tuple[WriteState, Cause, bool]:
        """Write one value; gives what became of it, why, and whether it was sent."""
        point = one.item.point
        if not isinstance(point, OpcUaPoint):
            return WriteState.REFUSED, Cause.CONFIGURATION_ERROR, False
        node = messages.node_of(point)
        left_s = self._left_s(deadline_mono_ns)
        if left_s <= 0:
            return WriteState.REFUSED, Cause.DEVICE_TIMED_OUT, False
        try:
            async with asyncio.timeout(left_s):
                kind = await self._kind(node)
        except TimeoutError:
            return WriteState.REFUSED, Cause.DEVICE_TIMED_OUT, False
        except LinkLost as lost:
            return WriteState.REFUSED, lost.cause, False
        if isinstance(kind, Cause):
            return WriteState.REFUSED, kind, False
        variant = encode_variant(kind, one.value)
        if isinstance(variant, Cause):
            return WriteState.REFUSED, variant, False
        left_s = self._left_s(deadline_mono_ns)
        if left_s <= 0:
            return WriteState.REFUSED, Cause.DEVICE_TIMED_OUT, False
        return await self._send_write(node, variant, left_s)

    async def _send_write(self, node: bytes, variant: bytes, left_s: float) -> tuple[WriteState, Cause, bool]:
        try:
            future = self._wire.begin(Service.WRITE, messages.write(node, variant), left_s)
        except LinkLost as lost:
            return WriteState.REFUSED, lost.cause, False
        try:
            await asyncio.wait({future}, timeout=min(left_s, self._options.request_ms / 1000))
            if not future.done():
                self._wire.reset()  # so that the kernel cannot deliver it late
                return WriteState.UNKNOWN, Cause.DEVICE_TIMED_OUT, True
            status = messages.written(self._wire.end(Service.WRITE, future))
        except LinkLost as lost:
            return WriteState.UNKNOWN, lost.cause, True
        except Fault as fault:
            status = fault.status
        except MalformedAnswer:
            return WriteState.UNKNOWN, Cause.MALFORMED_ANSWER, True
        except asyncio.CancelledError:
            self._wire.reset()
            raise
        finally:
            if not future.done():
                future.cancel()
        state, cause = result_of_write(status)
        if cause is Cause.TYPE_MISMATCH:
            self._kinds.pop(node, None)  # the server may have got another program
        return state, cause, True

    async def _kind(self, node: bytes) -> "int | Cause":
        """Find the built-in type that a node takes, or why it takes none.

        Raises:
            LinkLost: when the connection is gone.
            TimeoutError: when the server does not answer.
        """
        known = self._kinds.get(node)
        if known is not None:
            return known
        columns = []
        for attribute in (Attribute.USER_ACCESS_LEVEL, Attribute.VALUE):
            try:
                answer = await self._wire.ask(Service.READ, messages.read([messages.value_id(node, attribute)]))
                columns.append(messages.values(answer, 1))
            except Fault as fault:
                return cause_of_fault(fault.status)
            except MalformedAnswer:
                return Cause.MALFORMED_ANSWER
        access, value = columns
        if access.status[0] >= 0x8000_0000:
            return _cause_of_status(int(access.status[0]))
        if not int(access.bits[0]) & _WRITE_BIT:
            return Cause.ACCESS_DENIED
        kind = int(value.kind[0])
        if kind in (Kind.ARRAY, Kind.STRUCTURE):
            return Cause.NOT_SCALAR
        if kind == Kind.NULL:
            kind = await self._declared(node)
        if kind == Kind.NULL:
            return Cause.NO_VALUE
        self._kinds[node] = kind
        return kind

    async def _declared(self, node: bytes) -> int:
        """Give the built-in type that a node without a value declares, NULL when it is none."""
        try:
            answer = await self._wire.ask(Service.READ, messages.read([messages.value_id(node, Attribute.DATA_TYPE)]))
            return messages.data_type(answer)
        except (Fault, MalformedAnswer):
            return Kind.NULL

    def _left_s(self, deadline_mono_ns: int) -> float:
        return (deadline_mono_ns - self._clock.monotonic_ns()) / 1e9


def _cause_of(error: Exception) -> Cause:
    """Say why no connection could be made."""
    if isinstance(error, ConnectionRefusedError):
        return Cause.DEVICE_REFUSED
    if isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError):
        return Cause.DEVICE_RESET
    if isinstance(error, socket.gaierror | UnicodeError):
        return Cause.HOST_UNKNOWN
    return Cause.DEVICE_OFFLINE


def _cause_of_status(status: int) -> Cause:
    return result_of_write(status)[1]
