"""Our driver against a server of another make (node-opcua, run by Node): types, quality, bad nodes, sign-in, limits.

The server is installed once into the machine's temporary folder by npm; without Node, npm or a network the tests are
skipped with the reason.
"""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hmi.drivers.contract import Item, Sink, WriteItem, WriteState
from hmi.drivers.opcua import create
from hmi.drivers.opcua.driver import OpcUaDriver
from hmi.model.clock import SystemClock
from hmi.model.devices.opcua import OpcUaOptions, parse_address
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause
from hmi.model.tag import TYPE_CODES, DataType
from tests.drivers.conformance import shown, soon

pytestmark = pytest.mark.timeout(240)

VERSION = "2.186.4"
SCRIPT = Path(__file__).with_name("opcua_peer.cjs")
D = DataType
VALUES: dict[str, tuple[DataType, Any]] = {
    "Bool": (D.BOOL, True), "SByte": (D.INT16, -128), "Byte": (D.UINT16, 255), "Int16": (D.INT16, -32768),
    "UInt16": (D.UINT16, 65535), "Int32": (D.INT32, -(2**31)), "UInt32": (D.UINT32, 2**32 - 1),
    "Int64": (D.INT64, -(2**63) + 1), "UInt64": (D.UINT64, 2**64 - 2), "Float": (D.FLOAT32, 2.5),
    "Double": (D.FLOAT64, 1.7976931348623157e308), "String": (D.STRING, "明线 Grüße"), "Words": (D.STRING, "hello"),
    "Time": (D.STRING, "2026-03-01T12:00:00.250000Z"), "Enum": (D.INT32, 2), "Array": (D.FLOAT64, Cause.NOT_SCALAR),
    "Null": (D.STRING, Cause.NO_VALUE), "Nobody": (D.FLOAT64, Cause.ILLEGAL_ADDRESS),
    "Hidden": (D.FLOAT64, Cause.ACCESS_DENIED),
}  # fmt: skip


@pytest.fixture(scope="module")
def modules() -> Path:
    """The folder with the server's packages."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("needs Node and npm to run an OPC UA server of another make")
    folder = Path(tempfile.gettempdir()) / f"clearline-tests-node-opcua-{VERSION}"
    if not (folder / "ready").exists():
        folder.mkdir(exist_ok=True)
        done = subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), f"node-opcua@{VERSION}"],
            capture_output=True, text=True, check=False, timeout=200,
        )  # fmt: skip
        if done.returncode:
            pytest.skip(f"npm cannot install node-opcua: {' '.join(done.stderr.split())[:200]}")
        (folder / "ready").touch()
    shutil.copy(SCRIPT, folder / SCRIPT.name)
    return folder


def _started(modules: Path, keys: Path, *choices: str) -> Iterator[int]:
    peer = subprocess.Popen(
        ["node", SCRIPT.name, str(keys), *choices], cwd=modules, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True,
    )  # fmt: skip
    try:
        assert peer.stdout is not None
        for line in peer.stdout:
            if line.startswith("port "):
                yield int(line.split()[1])
                break
        else:
            pytest.fail("the server of another make did not start")
    finally:
        peer.kill()
        peer.wait()
        if peer.stdout is not None:
            peer.stdout.close()


@pytest.fixture(scope="module")
def port(modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    yield from _started(modules, tmp_path_factory.mktemp("keys"), "open", "7")


@pytest.fixture(scope="module")
def signed_port(modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    yield from _started(modules, tmp_path_factory.mktemp("keys"), "signed")


@asynccontextmanager
async def opened(port: int, password: str = "pässword", **options: Any) -> AsyncIterator[OpcUaDriver]:
    chosen = OpcUaOptions(
        endpoint=f"opc.tcp://127.0.0.1:{port}/peer", **{"publishing_ms": 50, "sampling_ms": 0, **options}
    )
    driver = create(chosen, SystemClock(), lambda name: password)
    try:
        await driver.open()
        yield driver
    finally:
        await driver.close()


def items_of(wanted: dict[str, DataType]) -> list[Item]:
    options = OpcUaOptions(endpoint="opc.tcp://127.0.0.1/x")
    return [
        Item(at, parse_address(f"ns=1;s={name}", kind, options), TYPE_CODES[kind], (), 256)
        for at, (name, kind) in enumerate(wanted.items())
    ]


ITEMS = items_of({name: kind for name, (kind, _) in VALUES.items()})
EXPECTED = {at: value for at, (_, value) in enumerate(VALUES.values())}


async def test_that_every_type_is_read_right_and_one_bad_node_harms_no_other(port):
    async with opened(port) as driver:
        block = await driver.read(driver.plan(ITEMS))
        assert shown(block, ITEMS) == EXPECTED
        assert driver._read_batch == 7


async def test_that_a_subscription_tells_the_same(port):
    async with opened(port) as driver:
        sink, found = Sink(), {}
        work = asyncio.create_task(driver.subscribe(driver.plan(ITEMS), sink))
        try:
            async with asyncio.timeout(5):
                while len(found) < len(ITEMS):
                    delivery = await sink.take()
                    if delivery.block is not None:
                        found.update(shown(delivery.block, ITEMS))
            assert found == EXPECTED
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


@pytest.mark.parametrize(
    ("choice", "status", "shows"),
    [
        (8, 0x00000000, 8.0),
        (9, 0x40930000, Cause.REPORTED_UNCERTAIN),
        (10, 0x808C0000, Cause.REPORTED_BAD),
        (11, 0x808A0000, Cause.GATEWAY_TARGET_SILENT),
    ],
)
async def test_that_the_status_of_the_server_and_its_time_stay_with_the_value(port, choice, status, shows):
    cell, told = items_of({"Cell": D.UINT16, "Told": D.FLOAT64})
    async with opened(port) as driver:
        (result,) = await driver.write([WriteItem(cell, choice)], soon())
        assert result.state is WriteState.DONE
        async with asyncio.timeout(3):
            while int((block := await driver.read(driver.plan([told]))).status[0]) != status:
                await asyncio.sleep(0.02)
        assert shown(block, [told])[told.index] == shows
        if status < 0x80000000:
            assert int(block.source_ns[0]) == 1_230_000_000_000_000_000


async def test_that_a_counter_of_the_server_comes_without_a_gap(port):
    (counter,) = items_of({"Count": D.INT32})
    async with opened(port, publishing_ms=300, queue_size=50) as driver:
        sink, seen = Sink(), []
        work = asyncio.create_task(driver.subscribe(driver.plan([counter]), sink))
        try:
            async with asyncio.timeout(8):
                while len(seen) < 40:
                    delivery = await sink.take()
                    if delivery.block is not None:
                        seen += delivery.block.raw.tolist()
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        assert seen == list(range(seen[0], seen[0] + len(seen)))
        assert driver.statistics().lost_changes == 0


async def test_that_three_hundred_nodes_are_read_in_batches_of_seven(port):
    items = items_of({f"N{number}": D.FLOAT64 for number in range(300)})
    async with opened(port) as driver:
        before = driver.statistics().requests
        assert list(shown(await driver.read(driver.plan(items)), items).values()) == [float(n) for n in range(300)]
        assert driver.statistics().requests - before == 43


async def test_that_the_password_leaves_encrypted_when_the_server_can(port):
    async with opened(port, user="hmi", secret="line") as driver:
        assert shown(await driver.read(driver.plan(ITEMS[:1])), ITEMS[:1]) == {0: True}
    with pytest.raises(LinkLost) as caught:
        async with opened(port, "wrong", user="hmi", secret="line"):
            pass
    assert caught.value.cause is Cause.ACCESS_DENIED


async def test_that_a_server_that_demands_encryption_is_named_as_such(signed_port):
    with pytest.raises(LinkLost) as caught:
        async with opened(signed_port):
            pass
    assert caught.value.cause is Cause.SECURITY_NEEDED
