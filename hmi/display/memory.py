"""The last hour of everything that a trend of the project's screens shows, one sample a second, in memory.

A screen that is opened later begins with it, a faceplate takes its quarter of an hour from it. Made by the shell after
the first paint and brought up to date by the frame clock, whichever screen is seen. A sample that is not to be trusted
is a gap, and so is a time in which nobody sampled. Window, GUI thread.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from hmi.display.binding import Bindings, plain_reference
from hmi.display.item import Seen
from hmi.display.sparks import lost
from hmi.image.contract import EngineState, ValueSource
from hmi.model.errors import HmiError
from hmi.model.screen import Element
from hmi.model.symbols import FAMILIES
from hmi.model.symbols.schema import SymbolFamily
from hmi.model.tag import Tag

PERIOD_NS = 1_000_000_000
KEPT = 3600
"""Samples of each: one hour."""
MOST = 2000
"""Bindings that are remembered at most; 14 KB each."""
GAP_NS = 5_000_000_000
"""Longer without a sample, and the line is broken there."""
LOST = np.array([lost(seen) for seen in sorted(Seen)], dtype=np.bool_)


class TrendMemory:
    """One ring of samples for all remembered bindings of a project."""

    def __init__(
        self,
        source: ValueSource,
        elements: Iterable[Element],
        tags: Mapping[str, Tag],
        families: Mapping[str, SymbolFamily] | None = None,
    ) -> None:
        """Begin empty.

        Args:
            source: where values come from.
            elements: of all screens; what their families want remembered is.
            tags: path -> tag of the project.
            families: name -> family; None takes the built-in ones.
        """
        self._source = source
        self._families = FAMILIES if families is None else families
        self._stamps: npt.NDArray[np.float64] = np.full(KEPT, np.nan)
        self._next = 0
        """Where the next sample goes."""
        self._at_ns = 0
        """Monotonic time of the newest sample; 0 before the first."""
        self._rows: dict[str, int] = {}
        self._values: npt.NDArray[np.float32] = np.zeros((0, KEPT), dtype=np.float32)
        self._wanted: npt.NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._bindings = Bindings({})
        self.take_project(elements, tags)

    def take_project(self, elements: Iterable[Element], tags: Mapping[str, Tag]) -> None:
        """Remember what another version of the project shows; of what both show the past is kept."""
        bindings, rows, wanted = Bindings(tags), dict[str, int](), list[int]()
        for text in dict.fromkeys(_texts(elements, self._families)):
            if len(rows) == MOST:
                break
            try:
                wanted.append(bindings.source_of(text))
            except HmiError:
                continue  # its screen says what is wrong with it
            rows[_key(text)] = len(rows)
        values = np.full((len(rows), KEPT), np.nan, dtype=np.float32)
        for text, row in rows.items():
            if text in self._rows:
                values[row] = self._values[self._rows[text]]
        bindings.attach(self._source)
        self._bindings, self._rows, self._values = bindings, rows, values
        self._wanted = np.array(wanted, dtype=np.intp)

    def frame(self, state: EngineState) -> bool:
        """Take a sample when one is due; called by the frame clock."""
        now_ns = self._source.monotonic_ns()
        since_ns = now_ns - self._at_ns
        if self._at_ns and since_ns < PERIOD_NS:
            return False
        if self._at_ns and since_ns > GAP_NS:
            self._keep((self._at_ns + PERIOD_NS) * 1e-9, np.float32(np.nan))
        self._at_ns = now_ns
        bindings = self._bindings
        bindings.refresh()
        values = bindings.values[self._wanted]
        self._keep(now_ns * 1e-9, np.where(LOST[bindings.seen[self._wanted]], np.nan, values).astype(np.float32))
        return False

    def _keep(self, stamp: float, values: "npt.NDArray[np.float32] | np.float32") -> None:
        self._stamps[self._next] = stamp
        self._values[:, self._next] = values
        self._next = (self._next + 1) % KEPT

    def samples(self, binding: str, seconds: float) -> tuple[list[float], list[float]] | None:
        """See `hmi.display.remembered.Memory`."""
        row = self._rows.get(_key(binding))
        if row is None:
            return None
        order = np.roll(np.arange(KEPT), -self._next)
        stamps = self._stamps[order]
        pick = stamps >= self._at_ns * 1e-9 - seconds  # NaN, where nothing was kept yet, is left out
        values: list[float] = self._values[row][order][pick].tolist()
        return stamps[pick].tolist(), values


def _texts(elements: Iterable[Element], families: Mapping[str, SymbolFamily]) -> Iterable[str]:
    """Give the bindings of all slots that are to be remembered."""
    for element in elements:
        family = families.get(element.type)
        if family is not None:
            for slot in family.slots:
                if slot.remembered and slot.name in element.bind:
                    yield element.bind[slot.name]


def _key(text: str) -> str:
    """Give equal bindings one name, as `Bindings` does."""
    path = plain_reference(text)
    return f"{{{path}}}" if path else text.strip()
