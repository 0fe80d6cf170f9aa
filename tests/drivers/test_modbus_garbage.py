"""Rubbish on the wire: whatever comes, a value is right or it is not good, and nothing but LinkLost is raised."""

import asyncio
import contextlib
import itertools
import random

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hmi.drivers.contract import WriteItem, WriteState
from hmi.drivers.modbus.connection import Connection, ConnectionOptions
from hmi.drivers.modbus.exchange import Batch, ReadRequest
from hmi.drivers.modbus.pdu import HEADER, BadPdu, Function, Request, frame, parse_request, read_answer
from hmi.model.clock import SystemClock
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause
from tests.drivers.conformance import soon
from tests.drivers.rig import items_of, rig
from tests.guards.async_tests import run_coroutine

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SETTINGS
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=4), st.booleans())
@example([bytes(7)], True)
@example([b"\0\1\0\0\0\2\1"], False)
@example([b"HTTP/1.1 400 Bad Request\r\n\r\n"], True)
def test_that_random_bytes_never_make_a_good_value(answers, whole_frames):
    """Values of 0x55AA would be right; rubbish of that very form is not made here."""

    async def work() -> None:
        async with rig(request_ms=20) as at:
            rubbish = iter(answers)

            def twist(_: Request, right: bytes) -> list[bytes]:
                data = next(rubbish, b"")
                if whole_frames and data:
                    transaction = HEADER.unpack_from(right)[0]
                    if data[:2] == right[7:9] and len(data) == len(right) - 7:
                        return []
                    return [frame(transaction, 1, data[:253])]
                return [data]

            at.server.twist = twist
            at.server.holding[0:2] = [0x55AA, 0x55AA]
            for _ in answers:
                try:
                    (value,) = await at.read("hr0:uint32")
                except LinkLost:
                    return
                assert isinstance(value, Cause)
            (result,) = await at.driver.write([WriteItem(items_of("hr9")[0], 1)], soon(0.02))
            assert result.state is WriteState.UNKNOWN

    with contextlib.suppress(LinkLost):
        run_coroutine(work())


class Wire(asyncio.Transport):
    """A transport in memory: keeps the requests, and feeds answers as they are cut."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent.append(bytes(data))

    def abort(self) -> None:
        pass


def feed(connection: Connection, data: bytes, cuts: list[int]) -> None:
    sizes = itertools.cycle(cuts)
    while data:
        room = connection.get_buffer(-1)
        assert len(room) > 0
        piece = data[: min(next(sizes), len(room))]
        room[: len(piece)] = piece
        connection.buffer_updated(len(piece))
        data = data[len(piece) :]


@SETTINGS
@given(
    st.lists(st.integers(1, 700), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(1, 125), st.booleans()), min_size=1, max_size=120),
)
def test_that_frames_in_any_segmentation_give_the_same_values(cuts, requests):
    """A stream of answers of every length, with answers to nobody between them, cut anywhere; many buffers long."""

    async def work() -> None:
        connection = Connection(ConnectionOptions(1, 5.0, 0.0, "memory"), SystemClock())
        wire = Wire()
        connection.connection_made(wire)
        connection.depth = len(requests)
        asked, size = [], 0
        for count, _ in requests:
            asked.append(ReadRequest.make(Function.READ_HOLDING, 0, count, size))
            size += count * 2
        batch = Batch(asked, size)
        running = asyncio.create_task(connection.run(batch))
        await asyncio.sleep(0)
        stream, right = b"", b""
        for number, (sent, (count, stray)) in enumerate(zip(wire.sent, requests, strict=True)):
            data = bytes((number + place) & 0xFF for place in range(count * 2))
            right += data
            if stray:
                stream += frame(60_000 + number, 1, read_answer(Function.READ_HOLDING, bytes(reversed(data))))
            stream += frame(HEADER.unpack_from(sent)[0], 1, read_answer(Function.READ_HOLDING, data))
        feed(connection, stream, cuts)
        await running
        assert set(batch.causes) == {Cause.NONE}
        assert bytes(batch.buffer) == right
        assert connection.counts.late_answers == sum(stray for _, stray in requests)
        connection.connection_lost(None)

    run_coroutine(work())


async def test_that_one_device_full_of_rubbish_does_not_touch_another():
    chance = random.Random(7)
    async with rig() as good, rig(request_ms=20) as bad:
        good.server.holding[0] = 5
        bad.server.twist = lambda *_: [chance.randbytes(chance.randrange(1, 300))]

        async def keep_asking() -> None:
            while True:
                try:
                    await bad.read("hr0", "hr1000")
                except LinkLost:
                    return

        asking = asyncio.create_task(keep_asking())
        for _ in range(50):
            assert await good.read("hr0") == [5]
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


@given(st.binary(max_size=260))
def test_that_a_server_reads_any_pdu_or_names_the_exception(pdu):
    refused = None
    try:
        request = parse_request(pdu)
    except BadPdu as bad:
        refused = bad.exception
    if refused is None:
        assert request.address + request.count <= 65536
        assert request.count >= 1
    else:
        assert refused in (1, 2, 3)
