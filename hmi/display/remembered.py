"""What a screen takes over from the memory of its window when it opens: the past of its small trends.

The memory itself (`memory.py`) is made after the first paint; this is what screens know of it. Window, GUI thread.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from hmi.display.binding import Bindings
from hmi.display.painted import Painted
from hmi.display.sparks import PaintedSpark


class Memory(Protocol):
    """Remembers the last hour of what trends show."""

    def samples(self, binding: str, seconds: float) -> tuple[Sequence[float], Sequence[float]] | None:
        """Give what is remembered of a binding.

        Args:
            binding: as it stands in the element.
            seconds: how far back.

        Returns:
            Monotonic seconds, ascending, and values, NaN where there was none to trust; None when it is not remembered.
        """
        ...


def recall(memory: Memory, bindings: Bindings, painted: Mapping[int, tuple[Painted, int]]) -> bool:
    """Let the trends of a screen begin with what is remembered; tell whether one did."""
    found = False
    for one, _ in painted.values():
        if not isinstance(one, PaintedSpark):
            continue
        past = memory.samples(bindings.text_of(one.sources[0]), one.seconds)
        if past is not None and len(past[0]):
            one.recall(*past)
            found = True
    return found
