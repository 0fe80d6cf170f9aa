"""The demo's panel speaks to the simulator's own socket, and exists only under `hmi demo`."""

import asyncio
from pathlib import Path

import pytest

from hmi.link import serve
from hmi.link.messages import (
    SIMULATOR_SOCKET,
    AskStatus,
    FaultKind,
    SetFault,
    SimulatedDevice,
    SimulatorMessage,
    SimulatorStatus,
)
from hmi.model.text import Language, Text
from hmi.shell.break_panel import BreakPanel
from hmi.shell.demo_tools import DemoTools
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


def test_that_mending_wishes_every_device_whole(tools, qtbot):
    tools.panel.show_status(status(**{"PLC-1": FaultKind.SLOW, "PLC-2": FaultKind.NOISE}))
    wished = []
    tools.panel.fault_wished.connect(lambda device, kind: wished.append((device, kind)))
    tools.panel._mend.click()
    assert wished == [("PLC-1", "none"), ("PLC-2", "none")]


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
