"""A window and its engine: alarms arrive, the image learns of the link's end, a sign-in is shown, a project is read."""

import asyncio

import pytest

from hmi.image.memory import MemorySource
from hmi.link import engine_messages as say
from hmi.model.command import Command, CommandState
from hmi.project import write_project
from hmi.resources import resource_path
from hmi.shell.attaching import Attaching
from hmi.shell.door import EngineDoor
from tests.shell.engine_stand_in import EngineStandIn, stand
from tests.shell.small_station import project_of


class Source(MemorySource):
    link_ended, looked = False, 0

    def look_now(self):
        self.looked += 1


async def until(what, limit_s=4.0):
    async with asyncio.timeout(limit_s):
        while not what():
            await asyncio.sleep(0.005)


@pytest.fixture
def runtime(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def taken():
    return []


@pytest.fixture
def attaching(window, runtime, taken):
    made = Attaching(window, Source(), EngineDoor(), runtime, taken.append)
    made.sound._signal = lambda priority: None
    yield made
    window.board.flash.run(False)


class Running:
    """The engine and the window's end of the link, for as long as the block lasts."""

    def __init__(self, attaching, runtime):
        self.attaching, self.engine = attaching, EngineStandIn(runtime)

    async def __aenter__(self):
        await self.engine.open()
        self.task = asyncio.create_task(self.attaching.run())
        await until(lambda: self.attaching.link.attached)
        return self.engine

    async def __aexit__(self, *error):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.engine.close()
        self.attaching._window.page().journal._soon.stop()


async def test_that_alarms_come_and_sound_and_the_end_of_the_link_is_seen(attaching, runtime, window):
    source = attaching._source
    async with Running(attaching, runtime) as engine:
        await until(lambda: window.board.known)
        engine.stands, engine.sounding = [stand("a")], 1
        engine.tell_alarms()
        await until(lambda: window.board.stands)
        assert attaching.sound.priority == 1
        assert not source.link_ended
        await engine.close()
        await until(lambda: source.link_ended)
        assert not window.board.known
        assert attaching.sound.priority == 0
        assert source.looked >= 2


async def test_that_acknowledging_is_painted_when_the_engine_says_it_is_durable(attaching, runtime, window):
    async with Running(attaching, runtime) as engine:
        engine.stands = [stand("a")]
        engine.tell_alarms()
        await until(lambda: window.board.stands)
        engine.gate.clear()
        window.asks.press(("a-1",))
        await until(lambda: any(isinstance(one, say.AskAcknowledge) for one in engine.heard))
        assert window.status_row.unacknowledged == (1, 0, 0)
        engine.gate.set()
        await until(lambda: window.status_row.unacknowledged == (0, 0, 0))


async def test_that_a_sign_in_through_the_panel_is_shown_in_the_header(attaching, runtime, window):
    async with Running(attaching, runtime):
        attaching.toggle_panel()
        panel = attaching.panel
        panel.name.setText("li")
        panel.password.setText("guess")
        panel.go.click()
        await until(lambda: panel.said)
        assert panel.said == "Name and password do not belong together."
        panel.password.setText("correct horse")
        panel.go.click()
        await until(lambda: not panel.isVisible())
        assert window.title_row.user.text() == "李工 · Operator"
        attaching.toggle_panel()
        panel.out.click()
        await until(lambda: window.title_row.user.text() == "Not signed in")


async def test_that_the_first_window_is_told_to_make_the_administrator(attaching, runtime, window):
    engine_run = Running(attaching, runtime)
    engine_run.engine.first = True
    async with engine_run:
        assert window.title_row.user.text() == "Set up the administrator"
        attaching.toggle_panel()
        panel = attaching.panel
        for field, text in ((panel.name, "boss"), (panel.password, "long enough"), (panel.repeated, "long enough")):
            field.setText(text)
        panel.go.click()
        await until(lambda: attaching.link.session is not None)
        assert attaching.link.session.user.name == "boss"
        assert not attaching.link.engine.needs_administrator


async def test_that_another_project_is_read_from_the_engines_copy(attaching, runtime, taken, tmp_path):
    folder = tmp_path / "copy"
    write_project(project_of(), folder)
    async with Running(attaching, runtime) as engine:
        engine.tell("applied", say.ToldApplied(applied=2, folder=str(folder)))
        await until(lambda: taken)
        assert taken[0].header.name == "test"


async def test_that_nothing_is_written_while_the_engine_is_away(attaching, runtime):
    async with Running(attaching, runtime) as engine:
        await engine.close()
        await until(lambda: not attaching.link.attached)
        result = attaching._door.submit(Command(id="c1", tag="t", value=1))
        assert result.state is CommandState.REJECTED


async def test_that_a_window_shows_what_the_engine_runs_and_not_what_was_saved_since(attaching, taken, tmp_path):
    import shutil

    from hmi.project.applied import copy_folder

    example, data = resource_path("examples", "buffer-line"), tmp_path / "data"
    copy = copy_folder(data, 3)
    shutil.copytree(example, copy)
    attaching.shows(example, data)
    await attaching._follow(copy, 3)
    assert not taken  # the very one that is shown
    header = copy / "project.json"
    header.write_text(header.read_text("utf-8").replace("Buffer prep 2", "Buffer prep 3"), "utf-8")
    attaching.shows(example, data)
    await attaching._follow(copy, 3)
    assert [project.header.title.en for project in taken] == ["Buffer prep 3"]
