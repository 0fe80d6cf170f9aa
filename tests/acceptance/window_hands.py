"""Hands and eyes in the product's window: real mouse and key events on what is seen, and what was painted when.

For processes that play a person before a window. Hands find things by meaning (a tag, words of the catalogue, a
widget) and press where these stand; what lies over them is in the way, as it is for a person.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from typing import Any, TypeVar

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from hmi.display.entry import NumberEntry
from hmi.display.item import Seen
from hmi.display.parts import OpenPart, TouchPart
from hmi.display.scene import ScreenView

T = TypeVar("T")
LEFT = QtCore.Qt.MouseButton.LeftButton
LOOK_S = 0.02
"""Between two looks at what is waited for."""


class NotSeen(Exception):
    """What was waited for did not come, or what was to be pressed is not there."""


@dataclass(frozen=True, slots=True)
class Painted:
    """Words that were painted, and when."""

    at_s: float
    words: str


class Eyes:
    """Remembers every word that the window paints, once it is opened."""

    def __init__(self) -> None:
        """Looks at the painter itself: what is painted is what can be read."""
        self.painted: list[Painted] = []
        draw = QtGui.QPainter.drawText

        def drawing(painter: QtGui.QPainter, *arguments: Any) -> Any:
            self.painted.extend(Painted(time.monotonic(), one) for one in arguments if isinstance(one, str) and one)
            return draw(painter, *arguments)

        QtGui.QPainter.drawText = drawing  # type: ignore[assignment,method-assign]

    def read(self, words: str, since_s: float) -> bool:
        """Tells whether these words were painted since a time, in one line or in lines one after the other."""
        newer = takewhile(lambda one: one.at_s >= since_s, reversed(self.painted))
        text = "".join("".join(one.words.split()) for one in reversed(list(newer)))
        return "".join(words.split()) in text


async def until(what: str, look: Callable[[], T], limit_s: float) -> T:
    """Looks until there is something to see; the window lives on meanwhile."""
    begin = time.monotonic()
    while not (seen := look()):
        if time.monotonic() - begin > limit_s:
            message = f"not within {limit_s} s: {what}"
            raise NotSeen(message)
        await asyncio.sleep(LOOK_S)
    return seen


class Hands:
    """What a person does with a mouse and a keyboard."""

    def __init__(self, window: QtWidgets.QWidget) -> None:
        """Works in this window."""
        self._window = window

    async def click(self, widget: QtWidgets.QWidget, place: QtCore.QPointF | None = None) -> None:
        """Clicks on a place of a widget, its middle when none is given; refuses what something else covers."""
        spot = widget.rect().center() if place is None else place.toPoint()
        top = widget.window()
        at = widget.mapTo(top, spot)
        under = top.childAt(at)
        if not widget.isVisible() or under is None or not (under is widget or widget.isAncestorOf(under)):
            message = f"{_name(widget)} cannot be pressed at {spot.toTuple()}: there is {_name(under)}"
            raise NotSeen(message)
        handle = top.windowHandle()
        await _alone(lambda: QTest.mouseMove(handle, at))
        await _alone(lambda: QTest.mouseClick(handle, LEFT, QtCore.Qt.KeyboardModifier.NoModifier, at))

    async def key(self, key: QtCore.Qt.Key) -> None:
        """Presses a key; it goes where the keyboard is."""
        await _alone(lambda: QTest.keyClick(self._window.windowHandle(), key))

    async def type(self, words: str) -> None:
        """Types letters and digits."""
        for letter in words:
            await _alone(partial(QTest.keyClick, self._window.windowHandle(), letter))

    async def choose(self, box: QtWidgets.QComboBox, words: str) -> None:
        """Opens a box of choices and takes the one with these words."""
        row = box.findText(words)
        if row < 0:
            message = f"{box.accessibleName()} does not offer {words!r}"
            raise NotSeen(message)
        await self.click(box)
        view = box.view()
        await until("the choices are open", view.isVisible, 5.0)
        view.scrollTo(box.model().index(row, box.modelColumn()))
        cell = view.visualRect(box.model().index(row, box.modelColumn()))
        # The pointer comes from elsewhere: a release where it was pressed is the end of the opening click for Qt.
        top = view.window()
        handle = top.windowHandle()
        await _alone(lambda: QTest.mouseMove(handle, view.viewport().mapTo(top, QtCore.QPoint(2, 2))))
        await self.click(view.viewport(), QtCore.QPointF(cell.center()))
        await until(f"{words!r} is chosen", lambda: not view.isVisible() and box.currentText() == words, 5.0)

    async def open_loop(self, view: ScreenView, path: str) -> None:
        """Clicks on what opens the faceplate of a loop.

        Args:
            view: the screen.
            path: of the loop's measured value.
        """
        found = (part for _, part in _places(view) if isinstance(part, OpenPart) and part.subject.paths["pv"] == path)
        await self._click_part(view, next(found, None), f"a loop of {path}")

    async def touch(self, view: ScreenView, path: str, value: float | None = None) -> None:
        """Clicks on what asks for a write of a tag.

        Args:
            view: the screen.
            path: of the tag.
            value: that the place asks for; None is the field for a number.
        """
        found = (
            part
            for target, part in _places(view)
            if isinstance(part, TouchPart)
            and target.names.get(part.slot) == path
            and (part.value, part.change) == (value, None)
        )
        await self._click_part(view, next(found, None), f"a place that writes {value} to {path}")

    async def _click_part(self, view: ScreenView, part: OpenPart | TouchPart | None, what: str) -> None:
        if part is None:
            message = f"there is not {what} on {view.screen_path!r}"
            raise NotSeen(message)
        await self.click(view.viewport(), view.from_screen(QtCore.QRectF(*part.rect)).center())

    async def enter(self, view: ScreenView, path: str, number: str) -> None:
        """Opens the field of a tag, types a number and asks for it with Enter."""
        await self.touch(view, path)

        def fields() -> list[NumberEntry]:
            return [one for one in view.viewport().findChildren(NumberEntry) if one.isVisible()]

        (field,) = await until(f"the field of {path} is open", fields, 5.0)
        await self.type(number)
        if field.text() != number:
            message = f"the field of {path} took {field.text()!r} for {number!r}"
            raise NotSeen(message)
        await self.key(QtCore.Qt.Key.Key_Return)
        if said := [one.note.fault_words for one in fields()]:
            message = f"the field of {path} does not take {number!r}: {said[0]}"
            raise NotSeen(message)


def seen_of(view: ScreenView) -> dict[str, set[Seen]]:
    """Gives the looks that the values on a screen have, by device."""
    stage = view.stage
    found: dict[str, set[Seen]] = {}
    if stage is None:
        return found
    bindings = stage.bindings
    for path, tag in view.tags.items():
        if (source := bindings.known_source(path)) and tag.device:
            found.setdefault(tag.device, set()).add(Seen(int(bindings.seen[source])))
    return found


async def _alone(act: Callable[[], None]) -> None:
    """Does something in a turn of Qt's loop of its own: `QTest` runs what waits, and no task may run inside another."""
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def work() -> None:
        try:
            act()
        except Exception as error:
            done.set_exception(error)
        else:
            done.set_result(None)

    QtCore.QTimer.singleShot(0, work)
    await done


def _places(view: ScreenView) -> Iterator[tuple[Any, OpenPart | TouchPart]]:
    stage = view.stage
    return iter(stage.hits.in_order() if stage is not None else ())


def _name(widget: QtWidgets.QWidget | None) -> str:
    if widget is None:
        return "nothing"
    return f"{type(widget).__name__} {widget.objectName() or widget.accessibleName()!r}"
