"""Lays a screen out: elements become static layers, pictures in the atlas and columns of parts. Window, GUI thread.

Called by `stage.py` once a screen, and again after a change of size, language, theme or project. What it makes knows no
values yet. Lengths of parts are pixels of the screen; what leaves here is whole device pixels.
"""

import logging
from collections.abc import Mapping
from functools import partial

from msgspec.structs import replace
from PySide6 import QtCore, QtGui

from hmi.display.ages import AgeCells
from hmi.display.atlas import Atlas
from hmi.display.binding import Bindings
from hmi.display.digits import DigitFonts
from hmi.display.element_layout import ElementLayout
from hmi.display.hit import Target
from hmi.display.laid_out import Layout
from hmi.display.layers import StaticStep
from hmi.display.marks import MarkCells
from hmi.display.parts import Drawing, FlowPart, LevelPart, Part, Placed, PlatePart, StatePart
from hmi.display.parts_layout import lay_part
from hmi.display.placeholder import paint_placeholder
from hmi.display.strips import surface_strips
from hmi.display.symbols import drawings
from hmi.display.theme import Theme
from hmi.model.errors import HmiError, ProjectError
from hmi.model.screen import Element
from hmi.model.symbols.props import decode_props
from hmi.model.symbols.schema import SymbolFamily
from hmi.model.tag import Tag, TagFields
from hmi.model.text import Language
from hmi.words import say, say_error

_log = logging.getLogger("hmi.ui")


def lay_out(
    elements: tuple[Element, ...],
    tags: Mapping[str, Tag],
    theme: Theme,
    language: Language,
    scale: float,
    families: Mapping[str, Drawing] | None = None,
) -> Layout:
    """Lay out a screen.

    Args:
        elements: in any order.
        tags: path -> tag of the project.
        theme: colours and fonts.
        language: of the texts.
        scale: device pixels a pixel of the screen.
        families: name -> drawing; None takes the built-in ones.
    """
    atlas = Atlas(scale)
    fonts = DigitFonts(atlas, theme)
    marks, ages = MarkCells(atlas, theme, language), AgeCells(atlas, fonts, theme)
    layout = Layout(atlas, Bindings(tags), marks, ages, fonts, surface_strips(atlas, theme))
    known = drawings() if families is None else families
    try:
        for element in sorted(elements, key=lambda one: (one.layer, one.z, one.id)):
            _lay_out_element(element, layout, theme, language, known)
        for deferred in layout.deferred:
            deferred()
    finally:
        # Also after a fault: a picture that dies while it is painted on takes the process with it.
        atlas.seal()
    layout.deferred.clear()
    return layout


def _lay_out_element(
    element: Element, layout: Layout, theme: Theme, language: Language, known: Mapping[str, Drawing]
) -> None:
    """Lay out one element, or a placeholder with the reason where that cannot be done."""
    layout.elements.append(element.id)
    box = QtCore.QRectF(*element.at)
    try:
        drawing, placed = place(element, layout.bindings, theme, language, known)
        element = with_ramps(element, drawing.family, layout.bindings)
        parts = tuple(_guarded(part, element) for part in drawing.parts(placed))
    except HmiError as fault:
        words = say_error(fault, language)
    except Exception:
        # The edge to what packs bring: a drawing that fails is named and left out, the screen lives on.
        _log.exception("drawing of %s %s failed and is left out", element.type, element.id)
        words = say("symbol.drawing_failed", language)
    else:
        step = StaticStep(box, partial(_paint_static, drawing=drawing, placed=placed, kind=element.type), [])
        layout.steps.append(step)
        at = ElementLayout(layout, element, placed, step, parts, drawing.family.palette)
        for part in parts:
            lay_part(at, part)
        return
    layout.steps.append(
        StaticStep(box, lambda painter: paint_placeholder(painter, box, element.type, words, theme), [])
    )
    layout.targets.append(Target(element.id, len(layout.elements) - 1, box, {}, ()))


def _paint_static(painter: QtGui.QPainter, *, drawing: Drawing, placed: Placed, kind: str) -> None:
    """Paint the static part of an element, or a placeholder where its drawing fails."""
    try:
        drawing.static(painter, placed)
    except Exception:
        _log.exception("drawing of %s %s failed and is left out", kind, placed.id)
        words = say("symbol.drawing_failed", placed.language)
        paint_placeholder(painter, placed.box, kind, words, placed.theme)


def _guarded(part: Part, element: Element) -> Part:
    """Let a picture that fails be named and left empty, whatever the code of a pack raises."""
    if not isinstance(part, (StatePart, PlatePart, LevelPart, FlowPart)):
        return part
    paint = part.paint

    def guarded(painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme) -> None:
        try:
            paint(painter, rect, state, theme)
        except Exception:
            _log.exception("picture %s of %s %s failed and is left out", part.key, element.type, element.id)

    return replace(part, paint=guarded)


def with_ramps(element: Element, family: SymbolFamily, bindings: Bindings) -> Element:
    """Bind what follows a set-point, and was left unbound, to what the ramp of the set-point's tag names."""
    more: dict[str, str] = {}
    for slot in family.slots:
        leader, _, what = slot.follows.partition(".")
        if not leader or slot.name in element.bind or leader not in element.bind:
            continue
        tag = bindings.tag_of(element.bind[leader])
        ramp = tag.rules.ramp if tag is not None else None
        path = getattr(ramp, what) if ramp is not None else ""
        if path and bindings.tag_of(f"{{{path}}}") is not None:
            more[slot.name] = f"{{{path}}}"
    return replace(element, bind={**element.bind, **more}) if more else element


def place(
    element: Element, bindings: Bindings, theme: Theme, language: Language, families: Mapping[str, Drawing]
) -> tuple[Drawing, Placed]:
    """Decode an element and look up what its slots are bound to.

    Raises:
        ProjectError: unknown type, a wrong property, or a slot that the family does not have.
        ExpressionError: a binding that cannot be compiled.
    """
    drawing = families.get(element.type)
    if drawing is None:
        raise ProjectError("symbol.unknown_family", family=element.type)
    element = with_ramps(element, drawing.family, bindings)
    props = decode_props(drawing.family, element.props)
    facts: dict[str, TagFields] = {}
    names: dict[str, str] = {}
    for slot, text in element.bind.items():
        if slot not in drawing.family.slots_by_name:
            raise ProjectError("symbol.unknown_slot", family=element.type, slot=slot)
        bindings.source_of(text)
        tag = bindings.tag_of(text)
        if tag is not None:
            facts[slot], names[slot] = tag, tag.path
    box = QtCore.QRectF(*element.at)
    return drawing, Placed(element.id, box, props, facts, names, theme, language, frozenset(element.bind))
