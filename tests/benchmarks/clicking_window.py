"""The product's window with somebody at it who clicks, and who notes when it had painted CONFIRMED; for benchmarks.

    python -m tests.benchmarks.clicking_window PROJECT DATA CLICKS

A process of its own. It signs in as the first administrator and clicks in turn on what the screen has to click: a
number is entered into a field and asked for with Enter, a button is pressed and pressed again to confirm. It writes
[[address of the register, monotonic ns of the confirming event, monotonic ns of the painted frame], ...].
"""

import asyncio
import json
import random
import sys
import time
from pathlib import Path

from PySide6 import QtCore
from PySide6.QtTest import QTest

import hmi.shell.app as app
from hmi.cli.station import open_project, station_for
from hmi.display.actions import Stand
from hmi.display.entry import NumberEntry
from hmi.display.scene import ScreenView
from hmi.link.engine_messages import AskFirstAdministrator
from hmi.model.text import Language

START_LIMIT_S, CLICK_LIMIT_S = 20.0, 5.0
LEFT, KEY_ENTER = QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.Key.Key_Return
PAUSE_S = (0.6, 0.9)
"""Between two clicks."""
THOUGHT_S = (0.02, 0.15)
"""Between entry and Enter, and between the two clicks on a button: hits every phase of the clocks."""

_confirmed: dict[str, int] = {}
"""Id of a command -> when the frame was painted that shows it as confirmed."""
_clicks: list[tuple[int, int, int]] = []
_paint, _run = ScreenView.paintEvent, app._Running.run


def _noting_paint(view, event):
    _paint(view, event)
    for one in view.clicks.ongoing:
        if one.stand is Stand.CONFIRMED:
            _confirmed.setdefault(one.command, time.monotonic_ns())


async def _until(what, condition, limit_s):
    """Waits without holding up the window."""
    begin = time.monotonic()
    while not (found := condition()):
        if time.monotonic() - begin > limit_s:
            raise TimeoutError(what)
        await asyncio.sleep(0.01)
    return found


async def _click(view, element, place, number):
    """Clicks once; gives the time of the confirming event."""
    viewport = view.viewport()
    QTest.mouseClick(viewport, LEFT, pos=place)
    if element.type == "numeric_entry":
        (field,) = [one for one in view.findChildren(NumberEntry) if one.isVisible()]
        field.setText(str(number))
        await asyncio.sleep(random.uniform(*THOUGHT_S))
        begin = time.monotonic_ns()
        QTest.keyClick(field, KEY_ENTER)
    else:
        await asyncio.sleep(random.uniform(*THOUGHT_S))
        begin = time.monotonic_ns()
        QTest.mouseClick(viewport, LEFT, pos=place)
    return begin


async def _work(running, clicks):
    """Signs in and clicks."""
    link, view = running.attaching.link, running.window.view
    await _until("attached", lambda: link.attached, START_LIMIT_S)
    await link.sign(lambda n: AskFirstAdministrator(number=n, name="boss", password="a slow plc 417"))
    wanted = [one for one in view._elements if one.type in ("numeric_entry", "button")]
    await asyncio.sleep(2.0)
    for number in range(clicks):
        element = wanted[number % len(wanted)]
        tag = view._tags[next(iter(element.bind.values())).strip("{}")]
        place = view.from_screen(QtCore.QRectF(*element.at)).center().toPoint()
        begin = await _click(view, element, place, 100 + number)
        await _until(f"click {number} confirmed", lambda most=number: len(_confirmed) > most, CLICK_LIMIT_S)
        _clicks.append((int(tag.address.removeprefix("hr")), begin, max(_confirmed.values())))
        await asyncio.sleep(random.uniform(*PAUSE_S))


async def _run_with_hands(running):
    """The window's life, with somebody at it."""

    async def hands():
        try:
            await _work(running, int(sys.argv[3]))
        finally:
            running._end()

    task = asyncio.create_task(hands())
    code = await _run(running)
    await task
    return code


def main(project_folder, data, _):
    """Runs the window."""
    random.seed(1)
    ScreenView.paintEvent, app._Running.run = _noting_paint, _run_with_hands
    project = open_project(Path(project_folder))
    wishes = app.Wishes(default_language=Language.EN, size=(1920, 1080))
    app.run_window(project, station_for(project, Path(data)), wishes)
    print(json.dumps(_clicks), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:4])
