"""The demo's screens keep the rules of a screen: texts are legible, whole, apart from each other and on their cards."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from PySide6 import QtCore, QtGui

from hmi.display.binding import Bindings
from hmi.display.item import Seen
from hmi.display.layout import place
from hmi.display.marks import GAP, mark_width
from hmi.display.parts import NumberPart, OpenPart, Placed, WordPart
from hmi.display.stage import Stage
from hmi.display.symbols import drawings
from hmi.display.theme import READING_PX, Theme, load_fonts, load_theme
from hmi.model.screen import Screen
from hmi.model.text import Language
from hmi.simulate.process import BufferLine
from hmi.simulate.process.batch import Step
from hmi.simulate.process.plant import STEP_S
from hmi.words import say
from tests.simulate.rig import demo

CAP, DESCENT = 0.74, 0.12
"""Height over and under the baseline that letters really take, shares of their size."""


@dataclass(frozen=True)
class Written:
    """One text on a screen."""

    element: str
    text: str
    size: float
    rect: QtCore.QRectF


@cache
def extremes() -> dict[str, tuple[float, float]]:
    """Smallest and largest value of every tag over all steps of a batch."""
    found: dict[str, tuple[float, float]] = {}
    for start in Step:
        line = BufferLine(2, start=start)
        for _ in range(24):
            for _ in range(round(10 / STEP_S)):
                line.step()
            for path, value in line.values().items():
                if not isinstance(value, str):
                    low, high = found.get(path, (value, value))
                    found[path] = min(low, value), max(high, value)
    return found


def box(theme: Theme, x: float, baseline: float, text: str, size: float, weight: int, align: int) -> QtCore.QRectF:
    """Where a line of text stands: align 1 begins at x, 0 is centred, -1 ends at x."""
    width = theme.width(text, size, weight)
    left = x if align == 1 else x - width / 2 if align == 0 else x - width
    return QtCore.QRectF(left, baseline - CAP * size, width, (CAP + DESCENT) * size)


def number(placed: Placed, part: NumberPart) -> Iterator[Written]:
    """The widest number that the plant brings here, and its unit."""
    fact, path = placed.facts.get(part.slot), placed.names.get(part.slot, "")
    decimals = part.decimals if part.decimals is not None else fact.decimals if fact else None
    if decimals is None:
        decimals = 0 if fact is not None and fact.scale == 1.0 and fact.unit == "" else 1
    low, high = extremes().get(path, (0.0, 100.0))
    texts = [f"{value:,.{decimals}f}".replace(",", "\u2009") for value in (low, high)]
    text = max(texts, key=len)
    theme = placed.theme
    rect = box(theme, part.x, part.baseline, text, part.size, part.weight, -1 if part.right else 1)
    yield Written(placed.id, text, part.size, rect)
    unit = part.unit if part.unit is not None else fact.unit if fact else ""
    if unit and not part.unit_below:
        size = max(READING_PX, round(0.6 * part.size))
        yield Written(placed.id, unit, size, box(theme, rect.right() + 5, part.baseline, unit, size, 400, 1))


def words(placed: Placed, part: WordPart) -> Iterator[Written]:
    """The longest words of a state."""
    fact = placed.facts.get(part.slot)
    known = [text.pick(placed.language) for text in fact.states.values()] if fact else []
    longest = max(known, key=lambda one: placed.theme.width(one, part.size, part.weight), default="PBS 10× 123")
    rect = box(placed.theme, part.x, part.baseline, longest, part.size, part.weight, part.align)
    yield Written(placed.id, longest, part.size, rect)
    assert rect.width() <= part.width + 0.5, f"{longest} is cut at {part.width:.0f} px"


def written(screen: Screen, language: Language, monkeypatch: pytest.MonkeyPatch) -> list[Written]:
    """Every text of a screen, with the widest values of the plant."""
    project, theme, families = demo(), load_theme("day"), drawings()
    bindings = Bindings(project.tags_by_path)
    texts: list[Written] = []
    current = ""

    def record(self, _painter, x, baseline, text, *, size=READING_PX, weight=400, token="ink2", align=1) -> float:
        rect = box(self, x, baseline, text, size, weight, align)
        texts.append(Written(current, text, size, rect))
        return rect.width()

    monkeypatch.setattr(Theme, "write", record)
    image = QtGui.QImage(screen.width, screen.height, QtGui.QImage.Format.Format_RGB32)
    painter = QtGui.QPainter(image)
    for element in project.elements[screen.id]:
        drawing, placed = place(element, bindings, theme, language, families)
        current = element.id
        drawing.static(painter, placed)
        for part in drawing.parts(placed):
            if isinstance(part, NumberPart):
                texts += number(placed, part)
            elif isinstance(part, WordPart):
                texts += words(placed, part)
    painter.end()
    return texts


def cards(screen: Screen) -> list[QtCore.QRectF]:
    """Grounds of the screen, the smallest first."""
    found = [
        QtCore.QRectF(*element.at)
        for element in demo().elements[screen.id]
        if element.type == "alarm_banner" or (element.type == "panel" and b'"none"' not in bytes(element.props))
    ]
    return sorted(found, key=lambda one: one.width() * one.height())


CASES = [(screen.path, language) for screen in demo().screens for language in Language]


@pytest.fixture(scope="module")
def fonts(qapp) -> None:
    """The fonts of the program, in the application that tests of every room share."""
    load_fonts()


@pytest.mark.timeout(60)  # the first case steps through six batches
@pytest.mark.parametrize(("path", "language"), CASES)
def test_that_texts_are_legible_whole_apart_and_on_their_cards(path, language, fonts, monkeypatch):
    screen = demo().screens_by_path[path]
    texts = [one for one in written(screen, language, monkeypatch) if one.text.strip()]
    assert len(texts) > 20
    assert faults(texts, cards(screen)) == []


def faults(texts: list[Written], grounds: list[QtCore.QRectF]) -> list[str]:
    """Say what is wrong with the texts of a screen."""
    wrong = [f"{one.text}: {one.size} px" for one in texts if one.size < 17]
    wrong += [f"{one.text}: cut" for one in texts if "…" in one.text]
    for one in texts:
        middle = one.rect.center()
        ground = next((card for card in grounds if card.contains(middle)), None)
        if ground is None or not ground.adjusted(2, 2, -2, -2).contains(one.rect):
            wrong.append(f"{one.text} at {one.rect.x():.0f},{one.rect.y():.0f}: leaves its card")
    inner = [one.rect.adjusted(0.5, 0.5, -0.5, -0.5) for one in texts]
    for index, one in enumerate(texts):
        for other in range(index + 1, len(texts)):
            if inner[index].intersects(inner[other]):
                wrong.append(f"{one.text} and {texts[other].text} overlap at {one.rect.x():.0f},{one.rect.y():.0f}")
    return wrong


def test_that_each_fault_of_a_text_is_found():
    card = QtCore.QRectF(0, 0, 200, 100)

    def at(x: float, y: float, text: str = "TIC-102", size: float = 17) -> Written:
        return Written("e", text, size, QtCore.QRectF(x, y, 60, 15))

    assert faults([at(10, 10), at(10, 40)], [card]) == []
    assert "overlap" in faults([at(10, 10), at(60, 20)], [card])[0]
    assert "leaves its card" in faults([at(145, 10)], [card])[0]
    assert "leaves its card" in faults([at(300, 10)], [card])[0]
    assert "16 px" in faults([at(10, 10, size=16)], [card])[0]
    assert "cut" in faults([at(10, 10, text="Mixi…")], [card])[0]


def test_that_marks_of_bars_without_a_number_stay_on_their_card():
    bars = 0
    for screen in demo().screens:
        grounds = cards(screen)
        for element in demo().elements[screen.id]:
            if element.type != "bar" or b'"sideways":true' not in bytes(element.props):
                continue
            x, y, width, height = element.at
            mark = QtCore.QRectF(x + width + GAP, y, mark_width(Seen.NOT_RUNNING), height)
            ground = next(card for card in grounds if card.contains(QtCore.QPointF(x, y)))
            assert ground.contains(mark), f"{screen.path} {element.bind}"
            bars += 1
    assert bars > 6


def test_that_the_words_of_an_unknown_pump_stand_apart_from_the_readout_beside_it(fonts):
    elements = demo().elements[demo().screens_by_path["Water"].id]
    pump = next(one for one in elements if one.bind.get("state") == "{Water/P-101.State}" and one.type == "pump")
    total = next(one for one in elements if one.bind.get("value") == "{Water/FQ-101}")
    for language in Language:
        width = load_theme("day").width(say("display.state_unknown", language))
        assert pump.at[0] + pump.at[2] / 2 + width / 2 + READING_PX / 2 <= total.at[0]


LOOPS = [("Mixing", "Mixing/TIC-102"), ("Mixing small", "Mixing/TIC-102"), ("Water", "Water/FIC-101")]


@pytest.mark.parametrize(("path", "loop"), LOOPS)
def test_that_the_block_of_a_loop_on_the_mimic_opens_its_faceplate_wherever_it_is_clicked(path, loop, fonts):
    screen = demo().screens_by_path[path]
    elements = demo().elements[screen.id]
    (block,) = (one for one in elements if one.type == "panel" and one.bind.get("pv") == f"{{{loop}.PV}}")
    stage = Stage(screen, elements, demo().tags_by_path, load_theme("day"), Language.EN)
    x, y, width, height = block.at
    for spot in ((x + 20, y + 20), (x + width / 2, y + height / 2), (x + width - 20, y + height - 20)):
        hit = stage.hits.touch(*spot)
        assert hit is not None
        assert isinstance(hit[1], OpenPart)
        assert dict(hit[1].subject.paths) == {role: f"{loop}.{role.upper()}" for role in ("pv", "sp", "out", "mode")}
