"""Draws one element the way a window does and looks at its picture in greyscale: what every test of a family needs."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt
from PySide6 import QtGui

from hmi.display.picture import ensure_application
from hmi.display.stage import Stage
from hmi.display.symbols import drawings
from hmi.display.theme import load_theme
from hmi.model.quality import Cause
from hmi.model.screen import Element, Screen
from hmi.model.symbols.schema import SymbolFamily
from hmi.model.text import Language
from tests.display.stand_in import StandIn, tag

Grey = npt.NDArray[np.uint8]
WIDTH, HEIGHT = 800, 480
AT = (200, 140)
"""Left top of the element under test."""
BAD = Cause.DEVICE_OFFLINE
LANGUAGES = (Language.ZH, Language.EN)
THEMES = ("day", "night")
_VISIBLE = 24
"""Levels of grey that are seen as a difference."""


@dataclass(frozen=True)
class Value:
    """A value of a slot, and what its tag says of it."""

    value: float | str | None
    cause: Cause = Cause.NONE
    facts: Mapping[str, object] | None = None


def seen(
    kind: str,
    values: Mapping[str, Value] | None = None,
    /,
    *,
    wh: tuple[float, float] | None = None,
    theme: str = "day",
    language: Language = Language.EN,
    **props: object,
) -> Grey:
    """Draw one element on a card; None as its kind draws the card alone."""
    return grey_of(shown(kind, values, wh=wh, theme=theme, language=language, **props)[0])


def shown(
    kind: str,
    values: Mapping[str, Value] | None = None,
    /,
    *,
    wh: tuple[float, float] | None = None,
    theme: str = "day",
    language: Language = Language.EN,
    **props: object,
) -> tuple[Stage, StandIn]:
    """Lay one element out and show it its values; give the source too, to change them."""
    application = ensure_application()
    values = values or {}
    tags = {slot: tag(slot, **(one.facts or {})) for slot, one in values.items()}
    elements = [Element(id="ground", type="panel", at=(0, 0, WIDTH, HEIGHT), z="a")]
    if kind:
        width, height = wh or drawings()[kind].family.size
        bind = {slot: f"{{{slot}}}" for slot in values}
        raw = msgspec.Raw(msgspec.json.encode(props))
        elements.append(Element(id="one", type=kind, at=(*AT, width, height), z="m", bind=bind, props=raw))
    source = StandIn(tags)
    for slot, one in values.items():
        if one.value is not None:
            source.set(slot, one.value, one.cause)
    screen = Screen(id="screen", path="Screen", width=WIDTH, height=HEIGHT)
    stage = Stage(screen, tuple(elements), tags, load_theme(theme), language)
    stage.attach(source)
    stage.update()
    del application
    return stage, source


def stage_of(kind: str, values: Mapping[str, Value] | None = None, /, **props: object) -> Stage:
    """Lay one element out and show it its values; arguments as for `shown`."""
    return shown(kind, values, **props)[0]  # type: ignore[arg-type]  # size, theme and language are among the properties


def grey_of(stage: Stage) -> Grey:
    """Paint a screen and take its colours away."""
    image = QtGui.QImage(WIDTH, HEIGHT, QtGui.QImage.Format.Format_RGB32)
    painter = QtGui.QPainter(image)
    stage.paint(painter)
    painter.end()
    grey = image.convertToFormat(QtGui.QImage.Format.Format_Grayscale8)
    return np.array(grey.constBits(), dtype=np.uint8).reshape(HEIGHT, grey.bytesPerLine())[:, :WIDTH].copy()


def difference(first: Grey, second: Grey) -> int:
    """Count the pixels in which two pictures visibly differ without their colours."""
    return int((np.abs(first.astype(int) - second.astype(int)) > _VISIBLE).sum())


def expect_all_differ(pictures: Mapping[str, Grey], least: int = 20) -> None:
    """Check that each pair of pictures differs."""
    names = list(pictures)
    for number, name in enumerate(names):
        for other in names[number + 1 :]:
            count = difference(pictures[name], pictures[other])
            assert count >= least, f"{name} and {other} differ in {count} pixels only"


def ink_bounds(picture: Grey, theme: str = "day") -> tuple[int, int, int, int]:
    """Give left, top, right, bottom of everything that is not the card."""
    inked = picture != seen("", theme=theme)
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def expect_inside(picture: Grey, size: tuple[float, float], room: tuple[float, float, float, float]) -> None:
    """Check that nothing is painted beyond the element's box and the room (left, top, right, bottom) for its label."""
    left, top, right, bottom = ink_bounds(picture)
    x, y = AT
    assert left >= x - room[0], f"paints {x - left} px left of its box"
    assert top >= y - room[1], f"paints {y - top} px above its box"
    assert right <= x + size[0] + room[2], f"paints {right - x - size[0]} px right of its box"
    assert bottom <= y + size[1] + room[3], f"paints {bottom - y - size[1]} px below its box"


def expect_documented(family: SymbolFamily) -> None:
    """Check that each property and slot says in both languages what it is for, and that no property is missing."""
    fields = {field.name for field in msgspec.structs.fields(family.props)}
    assert {declared.name for declared in family.properties} == fields
    for told in (family, *family.properties, *family.slots):
        for text in (told.title, told.help):
            assert text.zh, f"{told.name} says nothing in Chinese"
            assert text.en, f"{told.name} says nothing in English"
            assert text.zh != text.en or text.en.isascii()
    assert msgspec.json.decode(b"{}", type=family.props) is not None
