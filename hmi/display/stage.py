"""A screen that lives: compares what would be seen with what is, and paints what changed. Window, GUI thread.

The one path for the running screen (`scene.py`), for pictures without a window (`picture.py`) and for the editor.
Elements never see values: bindings give arrays, watches turn them into one whole number a part, and a part whose
number changed is laid out anew in its columns.
"""

from collections.abc import Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6 import QtCore, QtGui

from hmi.display.ages import age_codes
from hmi.display.fragments import F8, Fragments, Rows
from hmi.display.hit import HitGrid
from hmi.display.item import AGED, DASHES, Seen
from hmi.display.laid_out import Kind, Recall, Watch
from hmi.display.layers import paint_layers
from hmi.display.layout import lay_out
from hmi.display.levels import PIECES as SURFACE_PIECES
from hmi.display.levels import Levels, Pointers
from hmi.display.neighbours import Neighbours
from hmi.display.numbers import ROWS as NUMBER_ROWS
from hmi.display.numbers import Numbers
from hmi.display.painted import Glance
from hmi.display.parts import Drawing
from hmi.display.pictures import ROWS as PICTURE_ROWS
from hmi.display.pictures import Pictures
from hmi.display.theme import Theme
from hmi.image.contract import EngineState, ValueSource
from hmi.model.screen import Element, Screen
from hmi.model.tag import Tag
from hmi.model.text import Language

if TYPE_CHECKING:
    from hmi.display.alarm_colours import AlarmColours
    from hmi.display.lifted import Lifted

I8 = npt.NDArray[np.int64]
_LOOK_BITS = 4
_LOOKS = (1 << _LOOK_BITS) - 1
_MOST = 1e17
AGE_PERIOD_NS = 250_000_000
"""How often ages are looked at while one is shown."""


class Stage:
    """One screen in one size, language and theme."""

    def __init__(
        self,
        screen: Screen,
        elements: tuple[Element, ...],
        tags: Mapping[str, Tag],
        theme: Theme,
        language: Language,
        scale: float = 1.0,
        families: Mapping[str, Drawing] | None = None,
        reading_width: float | None = None,
    ) -> None:
        """Lay out; nothing is shown yet but the never-read look.

        Args:
            screen: its size.
            elements: what stands on it.
            tags: path -> tag of the project.
            theme: colours and fonts.
            language: of the texts.
            scale: device pixels a pixel of the screen (zoom x device pixel ratio).
            families: name -> drawing; None takes the built-in ones.
            reading_width: width that decides the size of text, pixels; None is that of the screen.
        """
        theme = theme.for_width(screen.width if reading_width is None else reading_width)
        self.screen, self.theme, self.language, self.scale = screen, theme, language, scale
        self.width, self.height = max(1, round(screen.width * scale)), max(1, round(screen.height * scale))
        layout = lay_out(elements, tags, theme, language, scale, families)
        self.elements, self.bindings, self.targets = layout.elements, layout.bindings, layout.targets
        self.hits = HitGrid(layout.targets)
        self._layers = paint_layers(layout.steps, self.width, self.height, scale, theme, (screen.width, screen.height))
        self._atlas = layout.atlas
        self._painted = layout.painted
        counts = (
            len(layout.under) * PICTURE_ROWS,
            len(layout.levels) * SURFACE_PIECES,
            len(layout.over) * PICTURE_ROWS,
            len(layout.pointers),
            len(layout.numbers) * NUMBER_ROWS,
        )
        starts = [sum(counts[:number]) for number in range(len(counts))]
        self._row_starts, self._row_widths = starts, (PICTURE_ROWS, SURFACE_PIECES, PICTURE_ROWS, 1, NUMBER_ROWS)
        self.fragments = fragments = Fragments(sum(counts))
        marks, ages = layout.marks, layout.ages
        self._under = Pictures(layout.under, starts[0], fragments, marks, ages, scale, layout.atlas.ensure)
        self._levels = Levels(layout.levels, starts[1], fragments, *layout.surface)
        self._over = Pictures(layout.over, starts[2], fragments, marks, ages, scale, layout.atlas.ensure)
        self._pointers = Pointers(layout.pointers, starts[3], fragments, layout.atlas.ensure)
        self.numbers = Numbers(layout.numbers, starts[4], fragments, marks, ages, scale, layout.atlas.ensure)
        self.layout = layout
        self._colours: AlarmColours | None = None
        self._wall_ns = 0
        """Engine's wall clock minus monotonic clock, ns; 0 when no engine was ever seen."""
        self._watch(sorted(layout.watches, key=lambda watch: watch.kind))
        self._lifted = self._lifted_numbers() if layout.lifted else None
        self.attach(None)

    def _lifted_numbers(self) -> "Lifted":
        from hmi.display.lifted import Lifted  # few screens have ramps

        return Lifted(self.layout, self.numbers, self.kind, self.index)

    def _watch(self, watches: list[Watch]) -> None:
        """Turn the watches into columns, sorted by kind, with all scratch arrays allocated."""
        count = len(watches)
        self.count = count
        self._kind_bounds = np.searchsorted([watch.kind for watch in watches], np.arange(len(Kind) + 1)).tolist()
        self.index = np.array([watch.index for watch in watches], dtype=np.intp)
        self.source = np.array([watch.source for watch in watches], dtype=np.intp)
        self.element = np.array([watch.element for watch in watches], dtype=np.intp)
        """Number of the element of each part."""
        self._scale: F8 = np.array([watch.scale for watch in watches])
        self._offset: F8 = np.array([watch.offset for watch in watches])
        self._low: F8 = np.array([watch.low for watch in watches])
        self._high: F8 = np.array([watch.high for watch in watches])
        self._above: F8 = np.array([watch.above for watch in watches])
        self._exact = np.array([watch.exact for watch in watches], dtype=np.bool_)
        self._says_age = np.array([watch.ages for watch in watches], dtype=np.bool_)
        self._any_above = bool((~np.isnan(self._above)).any())
        self._any_exact = bool(self._exact.any())
        self.rects = np.array([watch.rect for watch in watches], dtype=np.int64).reshape(count, 4)
        """All that each part may paint: left, top, right, bottom, device pixels."""
        self.rects[:, 0::2] = self.rects[:, 0::2].clip(0, self.width)
        self.rects[:, 1::2] = self.rects[:, 1::2].clip(0, self.height)
        self._neighbours = Neighbours(self.rects)
        self._scaled: F8 = np.zeros(count)
        self._shown: I8 = np.zeros(count, dtype=np.int64)
        self._code: I8 = np.zeros(count, dtype=np.int64)
        self._last: I8 = np.full(count, -1, dtype=np.int64)
        self._age: I8 = np.full(count, -1, dtype=np.int64)
        self.kind = np.array([watch.kind for watch in watches], dtype=np.intp)
        beats = [
            (number, self._painted[watch.index][0].period_s)
            for number, watch in enumerate(watches)
            if watch.kind is Kind.OVER and watch.index in self._painted and self._painted[watch.index][0].period_s
        ]
        self._beating = np.array([number for number, _ in beats], dtype=np.intp)
        self._beat_ns = int(min((period for _, period in beats), default=0.0) * 1e9)
        self._beat_at = 0
        self._is_number = self.kind == Kind.NUMBER
        self.digits_ns = 0
        """Least time between two changes of digits, ns; 0 shows every change. A changed quality is never held back."""
        self._digits_at = 0
        self._held = False
        self.prompt: Collection[str] = ()
        """Paths of tags whose digits are never held back: what was just written stands there at once."""

    def attach(self, source: ValueSource | None) -> None:
        """Show the values of a source from now on; None shows everything as never read."""
        self.bindings.attach(source)
        self._last.fill(-1)
        self._age.fill(-1)
        self._ages_at = 0
        self._aged = False
        self._digits_at = 0
        self._show()

    def update(self, recall: Recall | None = None) -> Rows:
        """Take what changed in the source; give the parts whose shown state changed (numbers of parts, sorted).

        Args:
            recall: lets trends take over what is remembered; for a screen that nobody has seen for a while.
        """
        moved = self.bindings.refresh()
        if recall is not None and recall(self.bindings, self._painted):
            self._last[self._beating] = -1
            moved = True
        if self._aged and self._ages_due():
            self.bindings.touch()
            moved = True
        if self._beat_ns and self._beat_due():
            self._last[self._beating] = -1
            moved = True
        if self._held and (self._digits_due() or self.prompt):
            moved = True
        return self._show() if moved else np.zeros(0, dtype=np.intp)

    def show_alarms(self, active: Mapping[str, int], framed: Collection[int]) -> None:
        """Colour what is in alarm; the whole screen is to be painted after it.

        Args:
            active: path of a tag -> priority of its alarm.
            framed: numbers that stand in a frame.
        """
        if self._colours is None:
            if not active and not framed:
                return
            from hmi.display.alarm_colours import AlarmColours

            self._colours = AlarmColours(self.layout, self._pointers, self.numbers, self.theme)
        parts = self._colours.show(active, framed, self.kind, self.index, self.source)
        if parts is not None:
            self._last[parts] = -1
            self._show()

    def _ages_due(self) -> bool:
        now = self.bindings.now_ns()
        if abs(now - self._ages_at) < AGE_PERIOD_NS:
            return False
        self._ages_at = now
        return True

    def _digits_due(self) -> bool:
        return abs(self.bindings.now_ns() - self._digits_at) >= self.digits_ns

    def _hold_digits(self, changed: npt.NDArray[np.bool_]) -> None:
        """Leave digits as they are for a while; what is held back counts as changed again when they are due."""
        if self._digits_due():
            self._digits_at = self.bindings.now_ns()
            self._held = False
            return
        held = changed & self._is_number & ((self._code & _LOOKS) == (self._last & _LOOKS))
        if self.prompt:
            held &= ~np.isin(self.source, self.bindings.sources_with(self.prompt))
        self._held = bool(held.any())
        np.copyto(self._code, self._last, where=held)
        changed &= ~held

    def _beat_due(self) -> bool:
        now = self.bindings.now_ns()
        if abs(now - self._beat_at) < self._beat_ns:
            return False
        self._beat_at = now
        return True

    def tell(self, state: EngineState) -> None:
        """Keep the engine's clock for clock times beside trends; before each `update`."""
        if state.heartbeat_wall_ns:
            self._wall_ns = state.heartbeat_wall_ns + state.heartbeat_age_ns - self.bindings.now_ns()

    def _show(self) -> Rows:
        """Compare all parts and lay out those that changed."""
        bindings = self.bindings
        values = bindings.values[self.source]
        seen = bindings.seen[self.source]
        scaled, shown, code = self._scaled, self._shown, self._code
        np.multiply(values, self._scale, out=scaled)
        np.add(scaled, self._offset, out=scaled)
        np.rint(scaled, out=scaled)
        missing = np.isnan(values)
        np.copyto(scaled, 0.0, where=missing)
        np.clip(scaled, self._low, self._high, out=scaled)
        if self._any_above:
            over = (values > self._above).astype(np.float64)
            np.copyto(scaled, over, where=~np.isnan(self._above) & ~missing)
        np.copyto(shown, scaled, casting="unsafe")
        np.left_shift(shown, _LOOK_BITS, out=code)
        if self._any_exact:
            np.copyto(code, values.view(np.int64) & ~np.int64(15), where=self._exact)
        np.bitwise_or(code, seen.astype(np.int64), out=code)
        changed = code != self._last
        if self.digits_ns:
            self._hold_digits(changed)
        changed |= self._compare_ages(seen)
        if self._lifted is not None:
            changed[self._lifted.look(partial(self._glance, now_ns=bindings.now_ns()))] = True
        parts = np.flatnonzero(changed)
        np.copyto(self._last, code)
        if len(parts):
            self._fill(parts, seen, missing)
        return parts

    def _compare_ages(self, seen: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
        """Bring the ages that are shown up to date; tell where one changed."""
        aged = AGED[seen] | (self._says_age & (seen != Seen.GOOD))
        self._aged = bool(aged.any())
        received = self.bindings.received[self.source]
        age = np.where(aged & (received > 0), age_codes(self.bindings.now_ns() - received), -1)
        changed: npt.NDArray[np.bool_] = age != self._age
        self._age = age
        return changed

    def _fill(self, parts: Rows, seen: npt.NDArray[np.uint8], missing: npt.NDArray[np.bool_]) -> None:
        """Lay out changed parts, kind by kind."""
        table = self._atlas.columns
        bounds = np.searchsorted(parts, self._kind_bounds).tolist()
        for kind in Kind:
            some = parts[bounds[kind] : bounds[kind + 1]]
            if not len(some):
                continue
            which, shown, look = self.index[some], self._shown[some], seen[some]
            if kind is Kind.NUMBER:
                self.numbers.fill(which, shown, look, self._age[some], table)
            elif kind is Kind.LEVEL:
                self._levels.fill(which, shown, look, missing[some] | DASHES[look], table)
            elif kind is Kind.POINTER:
                self._pointers.fill(which, shown, look, missing[some], table)
            elif kind is Kind.UNDER:
                self._under.fill(which, shown, look, self._age[some], table)
            else:
                if self._painted:
                    self._repaint(which)
                self._over.fill(which, shown, look, self._age[some], table)

    def _repaint(self, which: Rows) -> None:
        """Paint anew the cells among changed pictures that show their quality themselves."""
        now = self.bindings.now_ns()
        for index in dict.fromkeys(which.tolist()):
            entry = self._painted.get(index)
            if entry is None:
                continue
            painted, cell = entry
            glances = tuple(self._glance(source, now) for source in painted.sources)
            self._atlas.repaint_inside(cell, partial(painted.paint, glances=glances))

    def _glance(self, source: int, now_ns: int) -> Glance:
        bindings = self.bindings
        received = int(bindings.received[source])
        return Glance(
            float(bindings.values[source]),
            Seen(int(bindings.seen[source])),
            bindings.texts.get(source),
            int(bindings.cause[source]),
            max(0, now_ns - received) // 1_000_000_000 if received else 0,
            now_ns / 1e9,
            (now_ns + self._wall_ns) / 1e9 if self._wall_ns else 0.0,
        )

    def shown(self, part: int) -> int:
        """Give the whole number that a part shows: value x 10 ** decimals, device pixels, or a state."""
        return int(self._shown[part])

    def parts_in(self, left: float, top: float, right: float, bottom: float) -> int:
        """Count the parts that may paint in a rectangle, device pixels."""
        rects = self.rects
        meets = (rects[:, 0] < right) & (rects[:, 2] > left) & (rects[:, 1] < bottom) & (rects[:, 3] > top)
        return int(np.count_nonzero(meets & (self.kind != Kind.UNDER)))

    def value_of(self, path: str) -> float | None:
        """Give the value of a tag as the screen shows it; None where it shows none."""
        value = float(self.bindings.values[self.bindings.known_source(path)])
        return None if value != value else value

    # ------------------------------------------------------------------------------------------- painting

    def paint(self, painter: QtGui.QPainter) -> None:
        """Paint everything; one unit of the painter is one device pixel."""
        painter.drawPixmap(0, 0, self._layers.empty)
        self._paint_levels(painter)
        self.fragments.draw(painter, self._atlas.pixmap)

    def _paint_levels(self, painter: QtGui.QPainter, levels: Rows | None = None) -> None:
        """Copy from the filled layers; one that nothing is copied from need not exist."""
        if self._levels.full.alive.any():
            self._levels.full.draw(painter, self._layers.full, levels)
        if self._levels.hatched.alive.any():
            self._levels.hatched.draw(painter, self._layers.hatched, levels)

    def paint_parts(self, painter: QtGui.QPainter, parts: Rows) -> None:
        """Paint the cells of some parts and what reaches into them; the painter is clipped to those cells.

        Args:
            painter: see `paint`; its clip is the region of the parts' rectangles.
            parts: those that changed.
        """
        empty = self._layers.empty
        for left, top, right, bottom in self.rects[parts].tolist():
            painter.drawPixmap(left, top, empty, left, top, right - left, bottom - top)
        reached = self._neighbours.of(parts)
        bounds = np.searchsorted(reached, self._kind_bounds).tolist()
        levels = np.sort(self.index[reached[bounds[Kind.LEVEL] : bounds[Kind.LEVEL + 1]]])
        self._paint_levels(painter, levels)
        rows: list[Rows] = []
        for kind in Kind:
            index = np.sort(self.index[reached[bounds[kind] : bounds[kind + 1]]])
            width = self._row_widths[kind]
            rows.append((self._row_starts[kind] + index[:, None] * width + np.arange(width)).ravel())
        self.fragments.draw(painter, self._atlas.pixmap, np.concatenate(rows))

    def region(self, parts: Rows) -> list[QtCore.QRect]:
        """Give the rectangles of some parts, device pixels."""
        return [
            QtCore.QRect(left, top, right - left, bottom - top)
            for left, top, right, bottom in self.rects[parts].tolist()
            if right > left and bottom > top
        ]
