"""Lays out cells that are painted anew: causes in words, small trends, free painters. Window, GUI thread."""

from hmi.display.element_layout import TAIL, ElementLayout
from hmi.display.laid_out import Kind
from hmi.display.marks import GAP, HEIGHT
from hmi.display.painted import Painted, PaintedCause, PaintedFree
from hmi.display.parts import CausePart, PaintPart, RampPart, SparkPart
from hmi.display.pictures import PicturePlace
from hmi.display.sparks import PaintedSpark


def add_painted(
    at: ElementLayout,
    painted: Painted,
    rect: tuple[float, float, float, float],
    marked: bool,
    mark_at: tuple[float, float] | None = None,
    *,
    exact: bool = False,
) -> None:
    """Reserve a cell that is painted anew whenever a source changes."""
    left, top, width, height = rect
    bleed = 8
    scale = at.scale
    cell = at.layout.atlas.reserve(
        (width + 2 * bleed) * scale, (height + 2 * bleed) * scale, bleed * scale, bleed * scale
    )
    index = len(at.layout.over)
    at.layout.over.append(
        PicturePlace(
            x=at.px(left),
            y=at.px(top),
            cells={0: cell.number},
            unknown=cell.number,
            never=cell.number,
            always=True,
            marked=marked,
            mark_at=at.device_point(mark_at),
        )
    )
    at.layout.painted[index] = (painted, cell.number)
    box = at.rect(left - bleed, top - bleed, left + width + bleed, top + height + bleed)
    if marked and mark_at is not None:
        box = (box[0], box[1], max(box[2], at.px(mark_at[0] + TAIL)), box[3])
    for source in painted.sources:
        at.watch(Kind.OVER, index, source, box, exact=exact, ages=painted.ages)


def lay_cause(at: ElementLayout, part: CausePart) -> None:
    """Lay out a chip with a cause."""
    facts = at.facts(part.slot)
    device = facts.device if facts is not None else ""
    painted = PaintedCause(at.source(part.slot), part, device, at.theme, at.language)
    add_painted(at, painted, (part.x - part.covers, part.middle - 17, part.width + part.covers, 34), marked=False)


def lay_paint(at: ElementLayout, part: PaintPart) -> None:
    """Lay out a free item."""
    sources = tuple(at.source(slot) for slot in part.slots) or (0,)
    painted = PaintedFree(sources, part, at.element.id, at.theme, at.language, at.scale)
    add_painted(at, painted, part.rect, marked=False, exact=True)


def lay_spark(at: ElementLayout, part: SparkPart) -> None:
    """Lay out a small trend."""
    sources = (at.source(part.slot), *((at.source(part.setpoint),) if part.setpoint else ()))
    painted = PaintedSpark(sources, part, at.theme, at.language)
    left, top, width, height = part.rect
    room = (left, top, width + part.margin, height + part.clock)
    spot = (left + GAP, top + HEIGHT / 2 + 4)
    add_painted(at, painted, room, at.carries(part), spot, exact=True)


def lay_ramp(at: ElementLayout, part: RampPart) -> None:
    """Lay out where a PLC is on its ramp."""
    from hmi.display.ramps import PaintedRamp  # few screens have one

    sources = [at.source(part.slot), at.source(part.target)]
    if part.rate_slot:
        sources.append(at.source(part.rate_slot))
    painted = PaintedRamp(tuple(sources), part, at.theme, at.language, GAP + TAIL)
    left = part.right - part.width - painted.lead
    rect = (left, part.baseline - painted.rise, part.width + painted.lead, painted.height)
    at.layout.ramps[at.number] = len(at.layout.over)
    add_painted(at, painted, rect, marked=False, exact=True)
