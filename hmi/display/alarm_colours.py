"""What changes its colour while a tag is in alarm: pointers, the end dots of trends, digits in an alarm frame.

LOOK.md section 5: pointer and dot take the priority colour with an outline, a framed value is in ink, a trend's line
never changes. The pictures are added to the atlas when the first alarm comes, so a quiet screen pays nothing. Window,
GUI thread; owned by `stage.py`.
"""

from collections.abc import Collection, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt

from hmi.display.fragments import Rows
from hmi.display.laid_out import Kind, Layout
from hmi.display.levels import Pointers
from hmi.display.numbers import Numbers
from hmi.display.painted import PaintedCause
from hmi.display.pointers import paint_pointer, pointer_box
from hmi.display.sparks import PaintedSpark
from hmi.display.theme import Theme
from hmi.model.health import device_path

I1 = npt.NDArray[np.int8]


class AlarmColours:
    """The colours of one laid-out screen."""

    def __init__(self, layout: Layout, pointers: Pointers, numbers: Numbers, theme: Theme) -> None:
        """Begin without an alarm.

        Args:
            layout: of the screen.
            pointers: its pointers.
            numbers: its numbers.
            theme: colours.
        """
        self._layout, self._pointers, self._numbers, self._theme = layout, pointers, numbers, theme
        self._of_source: I1 = np.zeros(layout.bindings.count, dtype=np.int8)
        """Priority of the alarm of each source; 0 for none."""
        self._framed: frozenset[int] = frozenset()

    def show(
        self, active: Mapping[str, int], framed: Collection[int], kind: Rows, index: Rows, source: Rows
    ) -> Rows | None:
        """Take over what is in alarm.

        Args:
            active: path of a tag -> priority of its alarm.
            framed: numbers that stand in a frame.
            kind: `Kind` of each part.
            index: of each part among its kind.
            source: of each part.

        Returns:
            The parts that are to be laid out anew; None when nothing changed.
        """
        layout = self._layout
        of_source: I1 = np.zeros(layout.bindings.count, dtype=np.int8)
        for path, priority in active.items():
            of_source[layout.bindings.known_source(path)] = min(max(priority, 1), 3)
        of_source[0] = 0
        wanted = frozenset(framed)
        differs = of_source != self._of_source
        reframed = wanted ^ self._framed
        chips = self._show_in_chips(active)
        if not differs.any() and not reframed and not chips:
            return None
        self._of_source, self._framed = of_source, wanted
        changed = differs[source]
        for part in np.flatnonzero(changed & (kind == Kind.POINTER)).tolist():
            self._colour_pointer(int(index[part]), int(of_source[source[part]]))
        for number in reframed:
            self._numbers.recolour(number, self._ink(number) if number in wanted else None)
        for place, (painted, _) in layout.painted.items():
            if isinstance(painted, PaintedSpark):
                priority = int(of_source[painted.sources[0]])
                changed |= (kind == Kind.OVER) & (index == place) & (painted.alarm != priority)
                painted.alarm = priority
        changed |= (kind == Kind.OVER) & np.isin(index, np.array(chips, dtype=np.intp))
        framed_now = np.isin(index, np.array(sorted(reframed), dtype=np.intp)) & (kind == Kind.NUMBER)
        return np.flatnonzero(changed & (kind == Kind.POINTER) | framed_now | changed & (kind == Kind.OVER))

    def _show_in_chips(self, active: Mapping[str, int]) -> list[int]:
        """Give the alarms of devices their room in the chips that name them; give the chips that changed."""
        found = []
        for place, (painted, _) in self._layout.painted.items():
            if isinstance(painted, PaintedCause) and painted.device:
                priority = active.get(device_path(painted.device, "State"), 0)
                priority = min(max(priority, 1), 3) if priority else 0
                if priority != painted.priority:
                    painted.priority = priority
                    found.append(place)
        return found

    def _colour_pointer(self, pointer: int, priority: int) -> None:
        place = self._layout.pointers[pointer]
        if place.shape is None:
            return  # the diamond of a set-point stays as it is
        if not priority:
            self._pointers.colour(pointer, None)
            return
        track, left = place.shape
        width, height, tip = pointer_box(track, left=left)
        theme = self._theme

        def paint(painter: object, *, index: int) -> None:
            draw = partial(paint_pointer, track=track, left=left, priority=priority)
            draw(painter, theme, bool(index))  # type: ignore[arg-type]  # painter of Qt

        key = ("alarm pointer", track, left, priority)
        first = self._layout.atlas.later(key, 2, width, height, paint, dx=tip, dy=height / 2)
        self._pointers.colour(pointer, (first, first + 1))

    def _ink(self, number: int) -> tuple[int, ...]:
        place = self._layout.numbers[number]
        return self._layout.fonts.recoloured(place.live, place.size, place.weight, "ink", place.decimals)
