"""The history server as a process: there on demand, at low priority, gone with the engine."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hmi.engine.history_server import HistoryServerChild
from hmi.link import connect
from hmi.link.engine_messages import HISTORY_SOCKET, AskAudit, AskJournal, Audit, HistoryMessage, Journal
from hmi.link.messages import Refused
from hmi.model.errors import EnvironmentFault
from hmi.model.event import HistoryQuery
from hmi.model.station import Station
from tests.store.works import act, journal_row, opened

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def station(tmp_path):
    made = Station(data=tmp_path / "data", runtime=tmp_path / "run")
    made.data.mkdir(mode=0o700)
    return made


async def ask(station, *questions):
    client = await connect(station.runtime / HISTORY_SOCKET, HistoryMessage)
    try:
        return [await client.ask(question) for question in questions]
    finally:
        await client.close()


async def gone(pid, limit_s=5.0):
    async with asyncio.timeout(limit_s):
        while True:
            try:
                state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            except FileNotFoundError:
                return
            if state in "ZX":
                return
            await asyncio.sleep(0.02)


async def test_that_journal_and_audit_are_answered_while_the_writer_writes(station):
    child = HistoryServerChild(station)
    async with opened(station.data) as store:
        await store.writer.keep(journal_row(1), act(1))
        try:
            assert await child.ensure() == HISTORY_SOCKET
            pid = child.pid
            assert await child.ensure() == HISTORY_SOCKET
            assert child.pid == pid
            assert os.getpriority(os.PRIO_PROCESS, pid) == os.getpriority(os.PRIO_PROCESS, 0) + 10
            await store.writer.keep(act(2))
            journal, audit, odd = await ask(
                station,
                AskJournal(number=1, query=HistoryQuery()),
                AskAudit(number=2, query=HistoryQuery(limit=1)),
                Journal(number=3, rows=()),
            )
        finally:
            await child.close()
    assert isinstance(journal, Journal)
    assert (journal.number, [row.occurrence for row in journal.rows], journal.more) == (1, ["o1"], False)
    assert isinstance(audit, Audit)
    assert (audit.number, [row.new for row in audit.rows], audit.more) == (2, [2], True)
    assert isinstance(odd, Refused)
    assert (odd.number, odd.reason.code) == (3, "store.no_question")
    assert child.pid == 0
    assert not (station.runtime / HISTORY_SOCKET).exists()


async def test_that_a_killed_server_comes_back_when_it_is_needed(station):
    child = HistoryServerChild(station)
    try:
        await child.ensure()
        first = child.pid
        os.kill(first, signal.SIGKILL)
        await gone(first)
        await asyncio.sleep(0.05)
        await child.ensure()
        assert child.pid not in (0, first)
        (answer,) = await ask(station, AskJournal(number=1, query=HistoryQuery()))
        assert answer.rows == ()
    finally:
        await child.close()


async def test_that_an_answer_is_cut_to_what_a_message_holds(station):
    child = HistoryServerChild(station)
    async with opened(station.data) as store:
        await store.writer.keep(*(act(number, note="x" * 10_000) for number in range(200)))
    try:
        await child.ensure()
        (answer,) = await ask(station, AskAudit(number=1, query=HistoryQuery(limit=1000)))
        assert 80 < len(answer.rows) < 100
        assert answer.more
        assert answer.rows[0].new == 199
    finally:
        await child.close()


async def test_that_trouble_of_the_store_is_an_answer(station):
    (station.data / "store.sqlite").write_bytes(b"no database at all" * 1000)
    child = HistoryServerChild(station)
    try:
        await child.ensure()
        (answer,) = await ask(station, AskJournal(number=7, query=HistoryQuery()))
        assert (answer.number, answer.reason.code) == (7, "store.broken")
    finally:
        await child.close()


async def test_that_a_server_that_does_not_start_is_said(station):
    child = HistoryServerChild(station, (sys.executable, "-c", "print('no luck')"))
    with pytest.raises(EnvironmentFault) as caught:
        await child.ensure()
    assert (caught.value.reason.code, "no luck" in str(caught.value)) == ("store.history_server", True)
    with pytest.raises(EnvironmentFault) as caught:
        await HistoryServerChild(station, ("/nowhere",)).ensure()
    assert caught.value.reason.code == "store.history_server"


async def test_that_it_ends_with_an_engine_that_was_killed(station):
    code = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom hmi.engine.history_server import HistoryServerChild\n"
        "from hmi.model.station import Station\n"
        "async def main():\n"
        "    child = HistoryServerChild(Station(data=Path(sys.argv[1]), runtime=Path(sys.argv[2])))\n"
        "    await child.ensure()\n    print(child.pid, flush=True)\n    await asyncio.sleep(60)\n"
        "asyncio.run(main())"
    )
    command = [sys.executable, "-c", code, str(station.data), str(station.runtime)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as engine:
        pid = int(engine.stdout.readline())
        engine.kill()
    await gone(pid)
    assert engine.returncode == -signal.SIGKILL


def test_that_it_ends_when_nobody_asks(station):
    started = time.monotonic()
    command = [
        sys.executable,
        "-m",
        "hmi.engine.history_server",
        str(station.data),
        str(station.runtime),
        "--idle",
        "0.2",
    ]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        assert process.wait(5) == 0
    assert time.monotonic() - started < 5
