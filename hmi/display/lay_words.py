"""Lays out words: those of states are pictures, those of text tags are painted anew. Window, GUI thread."""

from PySide6 import QtCore

from hmi.display.element_layout import TAIL, Box, ElementLayout
from hmi.display.laid_out import Kind
from hmi.display.lay_painted import add_painted
from hmi.display.marks import GAP, HEIGHT, paint_dashes
from hmi.display.painted import PaintedWords
from hmi.display.parts import WordPart
from hmi.display.pictures import PicturePlace
from hmi.model.tag import DataType
from hmi.words import say


def lay_word(at: ElementLayout, part: WordPart) -> None:
    """Lay out words."""
    facts = at.facts(part.slot)
    words = part.words
    if words is None and facts is not None and facts.states:
        words = {int(state): text.pick(at.language) for state, text in facts.states.items() if _whole(state)}
    if words is None or (facts is not None and facts.type is DataType.STRING):
        _painted_words(at, part)
        return
    theme, atlas = at.theme, at.layout.atlas
    cells = {}
    for state, text in words.items():
        shown = theme.shortened(text, part.width, part.size, part.weight)
        cells[state] = at.text_cell(shown, part.size, part.weight, part.role, part.align)
    unknown_words = say("display.state_unknown", at.language)
    unknown_words = theme.shortened(unknown_words, part.width, part.size, part.weight)
    unknown = at.text_cell(unknown_words, part.size, part.weight, "ink2", part.align)
    dashes = 33.0
    never = atlas.paint(
        ("word dashes", part.align, part.size),
        dashes,
        12,
        lambda painter: paint_dashes(painter, QtCore.QPointF(2, 6), 1.0, theme.pen("ink2", 2)),
        dx=2 if part.align > 0 else dashes - 2 if part.align < 0 else dashes / 2,
        dy=6 + part.size * 0.36,
    ).number
    index = len(at.layout.over)
    at.layout.over.append(
        PicturePlace(
            x=part.x * at.scale,
            y=round(part.baseline * at.scale),
            cells=cells,
            unknown=unknown,
            never=never,
            words=True,
            marked=at.carries(part),
            mark_at=at.device_point(part.mark_at),
            mark_rise=part.size * 0.36 * at.scale,
        )
    )
    at.watch(Kind.OVER, index, at.source(part.slot), _word_rect(at, part))


def _word_rect(at: ElementLayout, part: WordPart) -> Box:
    left = part.x if part.align > 0 else part.x - part.width if part.align < 0 else part.x - part.width / 2
    right = left + part.width + (GAP + TAIL if at.carries(part) else 0)
    top = part.baseline - max(part.size, part.size * 0.36 + HEIGHT / 2 + 1)
    rect = at.rect(left - 8, top - 2, right + 8, part.baseline + max(9.0, part.size * 0.4))
    rect = at.with_mark(rect, part.mark_at)
    return rect


def _painted_words(at: ElementLayout, part: WordPart) -> None:
    tail = GAP + TAIL if at.carries(part) else 0.0
    painted = PaintedWords(at.source(part.slot), part, at.theme, at.language if tail else None, tail)
    left = part.x if part.align > 0 else part.x - part.width if part.align < 0 else part.x - part.width / 2
    rect = (left - painted.lead, part.baseline - painted.rise, part.width + tail, painted.height)
    add_painted(at, painted, rect, marked=False)


def _whole(text: str) -> bool:
    return text.lstrip("-").isdigit()
