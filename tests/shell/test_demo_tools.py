"""The demo's panel speaks to the simulator's own socket, and exists only under `hmi demo`."""

import asyncio
from pathlib import Path

import pytest

from hmi.link import serve
from hmi.link.engine_messages import AskHello, Attached, Done, EngineMessage
from hmi.link.messages import (
    ENGINE_SOCKET,
    SIMULATOR_SOCKET,
    AskStatus,
    FaultKind,
    SetFault,
    SimulatedDevice,
    SimulatorMessage,
    SimulatorStatus,
)
from hmi.link.talk import attend
from hmi.model.reason import reason
from hmi.model.text import Language, Text
from hmi.shell.break_panel import BreakPanel
from hmi.shell.demo_tools import DemoTools
from hmi.shell.engine_troubles import EngineTroubles
from hmi.shell.simulator_link import SimulatorLink
from hmi.words import say

ROOT = Path(__file__).resolve().parents[2]


def status(**faults):
    devices = tuple(
        SimulatedDevice(name=name, title=Text(zh="制水", en="Water"), fault=faults.get(name, FaultKind.NONE))
        for name in ("PLC-2", "PLC-1")
    )
    return SimulatorStatus(devices=devices)


@pytest.fixture
def tools(window, tmp_path):
    return DemoTools(window, tmp_path)


def test_that_every_fault_has_words():
    for kind in FaultKind:
        for language in Language:
            assert say(f"shell.fault.{kind.value}", language) != f"shell.fault.{kind.value}"


def test_that_the_panel_shows_what_the_simulator_says(tools):
    tools.panel.show_status(status())
    tools.panel.show_status(status(**{"PLC-1": FaultKind.SLOW}))
    assert tools.panel.faults == {"PLC-1": FaultKind.SLOW, "PLC-2": FaultKind.NONE}
    tools.panel.show_status(None)
    assert tools.panel._words.text() == say("shell.break.away", Language.EN)


def test_that_a_choice_is_wished_for(tools, qtbot):
    tools.panel.show_status(status())
    choice = tools.panel._rows["PLC-2"].choice
    with qtbot.waitSignal(tools.panel.fault_wished) as wished:
        place = choice.findData(FaultKind.CABLE_PULLED.value)
        choice.setCurrentIndex(place)
        choice.activated.emit(place)
    assert wished.args == ["PLC-2", "cable_pulled"]


def test_that_mending_wishes_every_device_and_the_engine_whole(tools, qtbot):
    tools.panel.show_status(status(**{"PLC-1": FaultKind.SLOW, "PLC-2": FaultKind.NOISE}))
    wished = []
    tools.panel.fault_wished.connect(lambda device, kind: wished.append((device, kind)))
    tools.panel.trouble_wished.connect(wished.append)
    tools.panel._mend.click()
    assert wished == [("PLC-1", "none"), ("PLC-2", "none"), "whole"]


def test_that_the_panel_follows_the_language(tools, window, qtbot):
    tools.panel.show_status(status())
    window.set_language(Language.ZH)
    assert tools.button.text() == "自己动手弄坏它"
    assert tools.panel._rows["PLC-1"].choice.currentText() == "正常"


def test_that_a_window_outside_of_the_demo_has_no_such_panel(window):
    assert window.findChildren(BreakPanel) == []


async def test_that_wishes_reach_the_simulator_and_its_return_is_found(tmp_path):
    asked, told = [], []
    answered = asyncio.Event()

    async def answer(message):
        asked.append(message)
        return status()

    def tell(what):
        told.append(what)
        answered.set()

    link = SimulatorLink(tmp_path / "run", tell)
    task = asyncio.create_task(link.run())
    await answered.wait()
    assert told == [None]
    answered.clear()
    server = await serve(tmp_path / "run" / SIMULATOR_SOCKET, answer, SimulatorMessage)
    await answered.wait()
    assert told[-1] == status()
    answered.clear()
    link.set_fault("PLC-1", FaultKind.DEVICE_OFF)
    await answered.wait()
    assert SetFault(device="PLC-1", kind=FaultKind.DEVICE_OFF) in asked
    assert isinstance(asked[-1], AskStatus)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await server.close()


def test_that_the_shell_reaches_no_simulator_but_by_its_socket():
    for path in (ROOT / "hmi" / "shell").glob("*.py"):
        assert "hmi.simulate" not in path.read_text(encoding="utf-8")


def test_that_a_flood_is_wished_for_at_every_device(tools):
    tools.panel.show_status(status())
    wished = []
    tools.panel.fault_wished.connect(lambda device, kind: wished.append((device, kind)))
    tools.panel._troubles["flood"].click()
    assert wished == [("PLC-1", "flood"), ("PLC-2", "flood")]


def test_that_the_troubles_of_the_engine_are_said_until_they_are_mended_or_it_was_killed(tools):
    panel = tools.panel
    whole = panel._engine_words.text()
    panel.show_trouble("disk_full", None)
    assert panel._engine_words.text() == say("shell.break.disk_full_stands", Language.EN)
    panel.show_trouble("clock_step", reason("shell.break.engine_away"))
    assert panel._engine_words.text() == say("shell.break.engine_away", Language.EN)
    panel.show_trouble("kill", None)
    assert panel._engine_words.text() == whole


class EngineOfTheDemo:
    """Answers as the engine's service does, and notes what it was asked for."""

    def __init__(self, asked):
        self._asked = asked

    async def answer(self, message):
        if isinstance(message, AskHello):
            return Attached(number=message.number, pid=1, generation=1, project="p", demo=True)
        self._asked.append(message.kind)
        return Done(number=message.number)

    async def ended(self):
        """Nothing to let go."""


async def test_that_troubles_reach_the_engine_and_a_silent_one_is_said(tmp_path):
    asked, told = [], asyncio.Queue()
    troubles = EngineTroubles(tmp_path / "run", lambda kind, refusal: told.put_nowait((kind, refusal)))
    task = asyncio.create_task(troubles.run())
    troubles.wish("kill")
    kind, refusal = await told.get()
    assert (kind, refusal.code) == ("kill", "shell.break.engine_away")
    hub = await attend(tmp_path / "run" / ENGINE_SOCKET, lambda _: EngineOfTheDemo(asked), EngineMessage)
    for wish in ("disk_full", "whole"):
        troubles.wish(wish)
        assert await told.get() == (wish, None)
    assert asked == ["disk_full", "whole"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await hub.close()
