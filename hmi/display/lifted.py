"""Set-points that share their room with a ramp: they stand higher while the line below them says something.

LOOK.md section 8: numbers of a row share one baseline; a second line moves the one above it, and only while there is
one. Owned by `stage.py`. Window, GUI thread.
"""

from collections.abc import Callable

import msgspec
import numpy as np

from hmi.display.fragments import Rows
from hmi.display.laid_out import Kind, Layout
from hmi.display.numbers import Numbers
from hmi.display.painted import Glance
from hmi.display.ramps import PaintedRamp


class _Pair(msgspec.Struct):
    ramp: PaintedRamp
    number: int
    part: int
    by: float
    """Device pixels."""
    raised: bool = False


class Lifted:
    """The pairs of number and ramp on one laid-out screen."""

    def __init__(self, layout: Layout, numbers: Numbers, kind: Rows, index: Rows) -> None:
        """Find them.

        Args:
            layout: of the screen.
            numbers: its numbers.
            kind: `Kind` of each part.
            index: of each part among its kind.
        """
        self._numbers = numbers
        self._pairs: list[_Pair] = []
        for element, number in layout.lifted:
            ramp = layout.painted[layout.ramps[element]][0] if element in layout.ramps else None
            if isinstance(ramp, PaintedRamp):
                part = int(np.flatnonzero((kind == Kind.NUMBER) & (index == number))[0])
                self._pairs.append(_Pair(ramp, number, part, layout.numbers[number].lift))

    def look(self, glance: Callable[[int], Glance]) -> list[int]:
        """Raise or lower what has to be; give the parts that are to be laid out anew.

        Args:
            glance: source -> what is known of it now.
        """
        moved = []
        for pair in self._pairs:
            raised = pair.ramp.speaks(tuple(glance(source) for source in pair.ramp.sources))
            if raised is not pair.raised:
                pair.raised = raised
                self._numbers.lift(pair.number, pair.by if raised else 0.0)
                moved.append(pair.part)
        return moved
