"""The window's link: it comes back, it keeps its session, it tells what the engine says."""

import asyncio
import os

import pytest

from hmi.link import engine_messages as say
from hmi.model.alarm import AlarmState
from hmi.model.command import Command, CommandResult, CommandState
from hmi.model.errors import LinkLost
from hmi.model.reason import reason
from hmi.model.user import SessionState
from hmi.shell.activity import Activity
from hmi.shell.desk_number import DeskNumber
from hmi.shell.door import EngineDoor
from hmi.shell.engine_link import EngineLink
from tests.shell.engine_stand_in import EngineStandIn, stand


async def until(what, limit_s=4.0):
    async with asyncio.timeout(limit_s):
        while not what():
            await asyncio.sleep(0.005)


class Rig:
    def __init__(self, runtime, desk, door):
        self.engine = EngineStandIn(runtime)
        self.desk = desk
        self.link = EngineLink(runtime, desk, Activity(None, None), None)
        self.door = door
        door.attach(self.link)
        self.told = []
        self.link.told.connect(self._told)
        self.link.attached_changed.connect(self._attached)
        self.task = None

    def _told(self, message):
        self.told.append(message)
        if isinstance(message, say.ToldCommand):
            self.door.told(message.result)

    def _attached(self):
        if self.link.attached:
            self.door.settle()
        else:
            self.door.link_lost()

    def run(self):
        self.task = asyncio.create_task(self.link.run())

    async def attach(self):
        await self.engine.open()
        self.run()
        await until(lambda: self.link.attached)

    async def close(self):
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        await self.engine.close()
        self.desk.release()


@pytest.fixture
def runtime(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def rig(qapp, runtime):
    return Rig(runtime, DeskNumber(runtime), EngineDoor())


def sign_in(name="li", password="correct horse"):
    return lambda number: say.AskSignIn(number=number, name=name, password=password)


async def test_that_the_link_says_who_it_is_and_comes_back_for_ever(rig):
    try:
        await rig.attach()
        assert rig.engine.stations[0].endswith("-1")
        for _ in range(3):
            await rig.engine.close()
            await until(lambda: not rig.link.attached)
            await rig.engine.open()
            await until(lambda: rig.link.attached)
        assert len(rig.engine.stations) == 4
    finally:
        await rig.close()


async def test_that_a_link_without_an_engine_waits_for_it(rig):
    try:
        rig.run()
        await asyncio.sleep(0.15)
        assert not rig.link.attached
        with pytest.raises(LinkLost):
            await rig.link.ask(lambda number: say.AskPing(number=number))
        await rig.engine.open()
        await until(lambda: rig.link.attached)
    finally:
        await rig.close()


async def test_that_what_the_engine_tells_is_handed_on(rig):
    rig.engine.stands = [stand("hot", state=AlarmState.UNACKNOWLEDGED)]
    try:
        await rig.attach()
        await until(lambda: rig.told)
        assert [one.occurrence for one in rig.told[0].stands] == ["hot-1"]
        rig.engine.tell("store", say.ToldStore(reason=reason("views.history_away"), waiting=7))
        await until(lambda: isinstance(rig.told[-1], say.ToldStore))
        assert rig.told[-1].waiting == 7
    finally:
        await rig.close()


async def test_that_the_delay_is_measured_and_a_touch_is_told_once(rig):
    measured = []
    rig.link.delay_measured.connect(measured.append)
    try:
        await rig.attach()
        await until(lambda: len(rig.engine.pings) >= 2)
        assert rig.engine.pings[:2] == [True, False]
        assert all(0 <= one < 1000 for one in measured)
    finally:
        await rig.close()


async def test_that_a_session_outlives_the_engine_and_the_window(rig, runtime):
    try:
        await rig.attach()
        assert await rig.link.sign(sign_in()) is None
        assert rig.link.session.user.title == "李工"
        file = runtime / "session-1.token"
        assert file.stat().st_mode & 0o777 == 0o600 or os.name == "nt"
        await rig.engine.close()
        await until(lambda: not rig.link.attached)
        assert rig.link.session is not None
        await rig.engine.open()
        await until(lambda: rig.link.attached)
        assert rig.link.state is SessionState.SIGNED_IN
        rig.task.cancel()
        await asyncio.gather(rig.task, return_exceptions=True)
        rig.desk.release()  # as the system does when the process is killed
        again = Rig(runtime, DeskNumber(runtime), EngineDoor())
        again.run()
        await until(lambda: again.link.attached)
        assert again.link.session.user.name == "li"
        again.engine.hub = None
        await again.close()
    finally:
        await rig.close()


async def test_that_a_session_that_the_engine_does_not_know_is_over_in_words(rig, runtime):
    rig.desk.keep_token("of yesterday")
    rig.link._token = rig.desk.read_token()
    try:
        await rig.attach()
        assert rig.link.session is None
        assert rig.link.why.code == "sessions.session_over"
        assert not (runtime / "session-1.token").exists()
    finally:
        await rig.close()


async def test_that_the_demo_signs_its_operator_in(rig):
    rig.engine.demo = True
    try:
        await rig.attach()
        assert rig.link.session.demo
    finally:
        await rig.close()


async def test_that_refusals_come_back_as_reasons(rig):
    try:
        await rig.attach()
        assert (await rig.link.sign(sign_in(password="guess"))).code == "sessions.refused"
        assert rig.link.session is None
        badge = await rig.link.sign(lambda number: say.AskBadge(number=number, badge="0012345678", pin="4711"))
        assert badge is None
        assert rig.link.state is SessionState.SIGNED_IN
        await rig.link.sign_out()
        assert (rig.link.session, rig.link.state) == (None, SessionState.NOBODY)
    finally:
        await rig.close()


async def test_that_a_lock_leaves_the_person_named(rig):
    try:
        await rig.attach()
        await rig.link.sign(sign_in())
        rig.engine.tell("session", say.ToldSession(reason=reason("sessions.session_locked"), locked=True))
        await until(lambda: rig.link.state is SessionState.LOCKED)
        assert rig.link.session.user.name == "li"
        rig.engine.tell("session", say.ToldSession(reason=reason("sessions.session_over")))
        await until(lambda: rig.link.session is None)
    finally:
        await rig.close()


# ---------------------------------------------------------------------------------------------------- the door


def command(ident="c1"):
    return Command(id=ident, tag="t", value=58.0)


def asked(engine):
    return [one for one in engine.heard if isinstance(one, say.AskCommand)]


async def test_that_a_click_without_an_engine_is_refused_and_never_sent_later(rig):
    result = rig.door.submit(command())
    assert (result.state, result.reason.code) == (CommandState.REJECTED, "shell.not_attached")
    try:
        await rig.attach()
        await asyncio.sleep(0.05)
        assert asked(rig.engine) == []
        assert rig.door.open == ()
    finally:
        await rig.close()


async def test_that_a_click_is_requested_at_once_and_confirmed_by_the_engine_alone(rig):
    try:
        await rig.attach()
        assert rig.door.submit(command()).state is CommandState.REQUESTED
        assert rig.door.take_results() == []
        await until(lambda: asked(rig.engine))
        rig.engine.tell("command c1", say.ToldCommand(result=CommandResult(id="c1", state=CommandState.CONFIRMED)))
        await until(lambda: rig.door.open == ())
        states = [one.state for one in rig.door.take_results()]
        assert states[-1] is CommandState.CONFIRMED
        rig.engine.tell("command c1", say.ToldCommand(result=CommandResult(id="c1", state=CommandState.FAILED)))
        late = []
        await until(lambda: late.extend(rig.door.take_results()) or late)
        assert [one.state for one in late] == [CommandState.FAILED]
    finally:
        await rig.close()


@pytest.mark.parametrize(
    ("known", "state", "code"), [(True, CommandState.CONFIRMED, ""), (False, CommandState.FAILED, "shell.never_came")]
)
async def test_that_a_lost_link_leaves_it_unknown_and_the_id_settles_it(rig, known, state, code):
    rig.engine.hold_commands = True
    try:
        await rig.attach()
        rig.door.submit(command())
        await until(lambda: asked(rig.engine))
        await rig.engine.close()
        lost = []
        await until(lambda: lost.extend(rig.door.take_results()) or lost)
        assert [one.state for one in lost] == [CommandState.UNKNOWN]
        if known:
            rig.engine.commands["c1"] = CommandResult(id="c1", state=CommandState.CONFIRMED)
        await rig.engine.open()
        settled = []
        await until(lambda: settled.extend(rig.door.take_results()) or settled)
        assert settled[0].state is state
        assert (settled[0].reason.code if settled[0].reason else "") == code
        assert len(asked(rig.engine)) == 1
    finally:
        await rig.close()


# ---------------------------------------------------------------------------------------------------- desk numbers


def test_that_windows_of_one_station_have_numbers_of_their_own(qapp, runtime):
    desks = [DeskNumber(runtime) for _ in range(3)]
    assert [desk.number for desk in desks] == [1, 2, 3]
    desks[1].release()
    again = DeskNumber(runtime)
    assert again.number == 2
    for desk in (desks[0], desks[2], again):
        desk.release()
