"""The engine's end of the link, with a real engine, a real store and real sockets behind it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from hmi.engine.deployment import Copies
from hmi.engine.run import run_engine
from hmi.link.engine_messages import (
    PROTOCOL,
    AskAcknowledge,
    AskAddUser,
    AskAlarms,
    AskApply,
    AskCommand,
    AskCommandState,
    AskDemoFault,
    AskFirstAdministrator,
    AskHello,
    AskPing,
    AskResume,
    AskSignIn,
    AskSignOut,
    AskUsers,
    EngineMessage,
    ToldAlarms,
    ToldApplied,
    ToldCommand,
)
from hmi.link.messages import ENGINE_SOCKET, Refused
from hmi.link.talk import Asking, reach
from hmi.model.alarm import Alarm, AlarmKind, AlarmState
from hmi.model.command import Command, CommandState
from hmi.model.ident import derived_id
from hmi.model.project import Project
from hmi.model.station import Station
from hmi.model.user import OPERATOR, UserEntry
from hmi.project import read_project, write_project
from tests.engine.works import device, project, tag

PASSWORD = "correct horse"


class Place:
    """A project folder, its station, and the engine that runs for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.station = Station(data=folder / "data", runtime=folder / "run")
        self.write(self.project())

    def project(self, *more: Any, high: float = 50.0) -> Project:
        tags = [tag("Level", "const:60"), tag("Quiet", "const:7"), *more]
        alarm = Alarm(
            id=derived_id("alarm", "level"), path="Level:high", tag="Level", kind=AlarmKind.HIGH, limit=high, priority=2
        )
        made = project([device()], tags)
        return Project(header=made.header, devices=made.devices, tags=made.tags, alarms=(alarm,))

    def write(self, what: Project) -> None:
        write_project(what, self.folder)

    @contextlib.asynccontextmanager
    async def engine(self) -> AsyncIterator[None]:
        for each in (self.station.data, self.station.runtime):
            each.mkdir(mode=0o700, exist_ok=True)
        copies = Copies(self.station.data)
        copy = copies.current() or copies.take(self.folder)
        copies.use(copy)
        found = read_project(copy.folder).project
        assert found is not None
        stop, ready = asyncio.Event(), asyncio.Event()
        work = asyncio.create_task(run_engine(found, self.station, stop, ready=ready, copy=copy))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
        assert ready.is_set()
        try:
            yield
        finally:
            waiting.cancel()
            stop.set()
            await work

    @contextlib.asynccontextmanager
    async def window(self, name: str = "PC1", hello: bool = True) -> AsyncIterator["Seat"]:
        seat = Seat()
        seat.asking = await reach(self.station.runtime / ENGINE_SOCKET, EngineMessage, seat.hear)
        try:
            if hello:
                seat.attached = await seat.ask(lambda n: AskHello(number=n, pid=1, station=name))
            yield seat
        finally:
            await seat.asking.close()


class Seat:
    """A window."""

    asking: Asking
    attached: Any = None

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.news = asyncio.Event()

    def hear(self, message: Any) -> None:
        self.told.append(message)
        self.news.set()

    async def ask(self, make: Callable[[int], Any]) -> Any:
        return await self.asking.ask(make)

    async def refusal(self, make: Callable[[int], Any]) -> str:
        answer = await self.ask(make)
        assert isinstance(answer, Refused), answer
        return answer.reason.code

    async def wait(self, fits: Callable[[Any], bool], limit_s: float = 5.0) -> Any:
        async with asyncio.timeout(limit_s):
            while True:
                found = next((one for one in reversed(self.told) if fits(one)), None)
                if found is not None:
                    return found
                self.news.clear()
                await self.news.wait()

    async def boss(self) -> Any:
        return await self.ask(lambda n: AskFirstAdministrator(number=n, name="boss", password=PASSWORD))

    async def sign_in(self, name: str) -> Any:
        return await self.ask(lambda n: AskSignIn(number=n, name=name, password=PASSWORD))

    async def alarm(self) -> Any:
        told = await self.wait(lambda one: isinstance(one, ToldAlarms) and bool(one.stands))
        return told.stands[0]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


async def test_that_nothing_is_answered_before_a_window_has_said_who_it_is(place):
    async with place.engine(), place.window(hello=False) as seat:
        for make in (lambda n: AskPing(number=n), lambda n: AskAlarms(number=n)):
            assert await seat.refusal(make) == "link.hello_first"
        other = await seat.refusal(lambda n: AskHello(number=n, pid=1, station="x", protocol=PROTOCOL + 1))
        assert other == "link.other_version"


async def test_that_the_first_start_asks_for_an_administrator_and_the_second_does_not(place):
    async with place.engine(), place.window() as seat:
        assert seat.attached.needs_administrator
        assert not seat.attached.demo
        assert (await seat.boss()).session.user.role == "administrator"
    async with place.engine(), place.window() as seat:
        assert not seat.attached.needs_administrator


async def test_that_a_session_goes_on_after_a_restart_of_the_engine(place):
    async with place.engine(), place.window() as seat:
        token = (await seat.boss()).session.token
    async with place.engine(), place.window() as seat:
        assert (await seat.ask(lambda n: AskResume(number=n, token=token))).session.user.name == "boss"
        await seat.ask(lambda n: AskSignOut(number=n))
        assert await seat.refusal(lambda n: AskResume(number=n, token=token)) == "sessions.session_over"


async def test_that_nobody_writes_acknowledges_applies_or_makes_users_without_signing_in(place):
    async with place.engine(), place.window() as seat:
        await seat.boss()
        alarm = await seat.alarm()
        async with place.window("PC2") as other:
            asked = (
                lambda n: AskAcknowledge(number=n, occurrences=(alarm.occurrence,)),
                lambda n: AskApply(number=n, folder=str(place.folder)),
                lambda n: AskAddUser(number=n, user=UserEntry(name="eve"), password=PASSWORD),
            )
            assert {await other.refusal(make) for make in asked} == {"command.not_signed_in"}
            command = Command(id="c1", tag=derived_id("no", "tag"), value=1)
            stands = await other.ask(lambda n: AskCommand(number=n, command=command))
            assert stands.result.state is CommandState.REJECTED
            resumed = await other.refusal(lambda n: AskResume(number=n, token=""))
            assert resumed == "sessions.session_over"  # the demo operator exists in the demo alone
            assert await other.refusal(lambda n: AskDemoFault(number=n, kind="kill")) == "link.not_asked_here"


async def test_that_an_operator_acknowledges_but_neither_applies_nor_makes_users(place):
    async with place.engine(), place.window() as seat:
        await seat.boss()
        entry = UserEntry(name="ann", role=OPERATOR)
        await seat.ask(lambda n: AskAddUser(number=n, user=entry, password=PASSWORD))
        await seat.sign_in("ann")
        assert await seat.refusal(lambda n: AskApply(number=n, folder=str(place.folder))) == "sessions.right_missing"
        assert (
            await seat.refusal(lambda n: AskAddUser(number=n, user=UserEntry(name="eve"))) == "sessions.right_missing"
        )
        occurrence = (await seat.alarm()).occurrence
        done = await seat.ask(lambda n: AskAcknowledge(number=n, occurrences=(occurrence, occurrence)))
        assert [one.done for one in done.outcomes] == [True]
        names = [one.name for one in (await seat.ask(lambda n: AskUsers(number=n))).users]
        assert names == ["ann", "boss"]


async def test_that_the_second_of_two_windows_is_told_who_acknowledged_and_both_see_it(place):
    async with place.engine(), place.window("PC1") as one, place.window("PC2") as two:
        await one.boss()
        await two.sign_in("boss")
        occurrence = (await two.alarm()).occurrence
        await one.ask(lambda n: AskAcknowledge(number=n, occurrences=(occurrence,)))
        late = await two.ask(lambda n: AskAcknowledge(number=n, occurrences=(occurrence,)))
        assert not late.outcomes[0].done
        assert {"boss", "PC1"} <= {str(value) for value in late.outcomes[0].reason.arguments.values()}

        def acknowledged(told: Any) -> bool:
            return isinstance(told, ToldAlarms) and any(
                stand.state is AlarmState.ACKNOWLEDGED and stand.durable for stand in told.stands
            )

        for seat in (one, two):
            assert await seat.wait(acknowledged)


async def test_that_an_alarm_keeps_its_occurrence_and_first_time_over_a_restart(place):
    async with place.engine(), place.window() as seat:
        before = await seat.alarm()
    async with place.engine(), place.window() as seat:
        after = await seat.alarm()
    assert (after.occurrence, after.active_since_ns) == (before.occurrence, before.active_since_ns)


async def test_that_an_applied_project_is_told_to_every_window_and_survives_a_restart(place):
    async with place.engine(), place.window() as seat, place.window("PC2") as other:
        await seat.boss()
        await seat.alarm()
        place.write(place.project(tag("More", "const:1"), high=80.0))
        looked = await seat.ask(lambda n: AskApply(number=n, folder=str(place.folder), look_only=True))
        assert looked.difference.total >= 2
        done = await seat.ask(lambda n: AskApply(number=n, folder=str(place.folder)))
        assert done.applied == looked.applied == 2
        told = await other.wait(lambda one: isinstance(one, ToldApplied))
        assert read_project(Path(told.folder)).project.tags_by_path["More"]
    async with place.engine(), place.window() as seat:
        assert seat.attached.applied == 2
        await seat.sign_in("boss")
        back = await seat.ask(lambda n: AskApply(number=n, back=True))
        assert back.applied == 1
        assert await seat.refusal(lambda n: AskApply(number=n, back=True)) == "engine.no_step_back"


async def test_that_a_broken_or_foreign_project_is_refused_while_the_one_before_runs_on(place, tmp_path):
    async with place.engine(), place.window() as seat:
        await seat.boss()
        (place.folder / "tags" / "tags.jsonl").write_text("{}\nrubbish\n")
        assert await seat.refusal(lambda n: AskApply(number=n, folder=str(place.folder))) == "engine.apply_broken"
        assert await seat.refusal(lambda n: AskApply(number=n, folder=str(tmp_path / "none"))) == "engine.apply_broken"
        assert await seat.refusal(lambda n: AskApply(number=n, folder="here")) == "link.folder_not_absolute"
        assert (await seat.alarm()).state is AlarmState.UNACKNOWLEDGED
    assert [one.name for one in Copies(place.station.data).folder.iterdir() if one.is_dir()] == ["000001"]


async def test_that_a_command_is_told_to_its_end_and_its_state_is_known_by_id_ever_after(place):
    place.write(place.project(tag("Set", "const:3")))
    async with place.engine(), place.window() as seat:
        await seat.boss()
        unknown = await seat.refusal(lambda n: AskCommandState(number=n, command="nobody"))
        assert unknown == "link.command_unknown"
        command = Command(id="c2", tag=place.project(tag("Set", "const:3")).tags_by_path["Set"].id, value=5)
        first = await seat.ask(lambda n: AskCommand(number=n, command=command))
        assert first.result.state is CommandState.REJECTED  # the tag is not writable
    async with place.engine(), place.window() as seat:
        stands = await seat.ask(lambda n: AskCommandState(number=n, command="c2"))
        assert stands.result.state is CommandState.REJECTED


async def test_that_a_window_that_reads_nothing_is_let_go_and_holds_up_nobody(place, monkeypatch):
    monkeypatch.setattr("hmi.link.connection.SEND_LIMIT_S", 0.3)
    async with place.engine(), place.window() as seat:
        await seat.boss()
        reader, writer = await asyncio.open_unix_connection(place.station.runtime / ENGINE_SOCKET)
        from hmi.link.framing import Framing

        framing = Framing(EngineMessage)
        writer.write(framing.pack(AskHello(number=1, pid=2, station="stopped")))
        writer.transport.pause_reading()
        for number in range(2, 3000):
            writer.write(framing.pack(AskUsers(number=number)))
        for _ in range(20):
            assert await seat.ask(lambda n: AskPing(number=n))
        writer.transport.abort()
        del reader


async def test_that_rubbish_and_floods_end_their_own_connection_only(place):
    async with place.engine(), place.window() as seat:
        for rubbish in (b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"\x05\x00\x00\x00abcde", b"GET / HTTP/1.1\r\n\r\n"):
            reader, writer = await asyncio.open_unix_connection(place.station.runtime / ENGINE_SOCKET)
            writer.write(rubbish)
            assert await asyncio.wait_for(reader.read(), 5.0) == b""
            writer.close()
        assert await seat.ask(lambda n: AskPing(number=n))


async def test_that_what_a_session_hears_of_its_command_is_not_told_to_others(place):
    async with place.engine(), place.window("PC1") as one, place.window("PC2") as two:
        await one.boss()
        await two.sign_in("boss")
        command = Command(id="c3", tag=derived_id("no", "tag"), value=1)
        await one.ask(lambda n: AskCommand(number=n, command=command))
        await one.ask(lambda n: AskPing(number=n))
        assert not any(isinstance(message, ToldCommand) for message in two.told)
