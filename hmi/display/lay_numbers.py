"""Lays out numbers: fonts, unit, room, place of the mark. Window, GUI thread."""

from hmi.display.element_layout import TAIL, ElementLayout
from hmi.display.laid_out import Kind
from hmi.display.marks import GAP, HEIGHT
from hmi.display.numbers import OVERHANG, NumberPlace
from hmi.display.parts import NumberPart
from hmi.model.tag import TYPE_CODES, TagFields
from hmi.model.value import TypeCode


def decimals_of(facts: TagFields | None) -> int:
    """Give the digits after the point: the tag's own, else 1 for a floating or scaled value, 0 for a whole one."""
    if facts is None:
        return 1
    if facts.decimals is not None:
        return min(max(facts.decimals, 0), 6)
    whole = facts.type is None or TYPE_CODES[facts.type] is not TypeCode.FLOAT64
    return 0 if whole and facts.scale == 1.0 and facts.offset == int(facts.offset) else 1


def lay_number(at: ElementLayout, part: NumberPart) -> None:
    """Lay out a number."""
    layout, theme, scale = at.layout, at.theme, at.scale
    facts = at.facts(part.slot)
    decimals = min(max(part.decimals, 0), 6) if part.decimals is not None else decimals_of(facts)
    unit = part.unit if part.unit is not None else (facts.unit if facts else "")
    live = layout.fonts.cells(part.size, part.weight, "value", decimals)
    muted = layout.fonts.cells(part.size, part.weight, "ink2", decimals)
    unit_size = max(theme.reading_px, round(0.6 * part.size))
    room = part.digits * live.digit / scale
    left = part.x - room if part.right else part.x
    right = left + room + OVERHANG + 2
    unit_cell, unit_width, unit_at = -1, 0.0, None
    if unit:
        unit_width = theme.width(unit, unit_size) * scale
        unit_cell = at.text_cell(unit, unit_size, 400, "ink" if part.on_liquid else "ink2")
        if part.unit_below:
            unit_at = (part.x * scale, (part.baseline + unit_size + 8) * scale)
        else:
            right += 5 + unit_width / scale
    if at.carries(part) and part.right:
        left -= GAP + TAIL
    elif at.carries(part):
        right += GAP + TAIL
    index = len(layout.numbers)
    height = round(part.size * 1.1)
    layout.numbers.append(
        NumberPlace(
            x=part.x * scale,
            baseline=round(part.baseline * scale),
            right=part.right,
            decimals=decimals,
            room=part.digits,
            live=live,
            muted=muted,
            hatch=layout.marks.hatch(height, ground=part.on_liquid).number,
            plate=layout.marks.hatch(height, ground=True, lines=False).number if part.on_liquid else -1,
            unit=unit_cell,
            unit_width=unit_width,
            unit_at=unit_at,
            mark_at=at.device_point(part.mark_at),
            aged=part.aged,
            mark_gap=part.mark_gap * scale,
            marked=at.carries(part),
            size=part.size,
            weight=part.weight,
            framed=part.framed,
            frame_left=part.frame_left,
            alarm_at=part.alarm_at,
            lift=part.lift * scale,
        )
    )
    if part.lift:
        layout.lifted.append((at.number, index))
    bottom = part.baseline + (unit_size * 1.4 + 8 if part.unit_below and unit else max(10.0, part.size * 0.3))
    top = part.baseline - part.lift - max(part.size, part.size * 0.36 + HEIGHT / 2 + 1)
    rect = at.rect(left - 8, top - 2, right, bottom)
    rect = at.with_mark(rect, part.mark_at)
    at.watch(Kind.NUMBER, index, at.source(part.slot), rect, scale=float(10**decimals))
