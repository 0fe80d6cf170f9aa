"""Where a PLC is on the ramp to a set-point, in words: "→ 58.4 · 0.5 °C/min"; nothing once it has arrived.

Painted by the code of words, so quality looks as it does everywhere. Window, GUI thread.
"""

from msgspec.structs import replace
from PySide6 import QtGui

from hmi.display.item import RULES, Seen
from hmi.display.painted import Glance, PaintedWords
from hmi.display.parts import RampPart, WordPart
from hmi.display.theme import MINUS, Theme
from hmi.model.text import Language

ARROW = "→"


class PaintedRamp:
    """Working set-point and rate beside a target."""

    ages = False
    period_s = 0.0

    def __init__(self, sources: tuple[int, ...], part: RampPart, theme: Theme, language: Language, tail: float) -> None:
        """Keep what is needed to write it.

        Args:
            sources: of working set-point, target, and rate where a tag tells it.
            part: where it stands.
            theme: colours and fonts.
            language: of the marks.
            tail: room for marks before it, pixels.
        """
        self.sources = sources
        self._part = part
        words = WordPart(part.slot, part.right, part.baseline, align=-1, width=part.width, weight=600, role="value")
        words = replace(words, size=theme.reading_px)
        self._words = PaintedWords(sources[0], words, theme, language, tail)
        self.rise, self.height, self.lead = self._words.rise, self._words.height, self._words.lead

    def paint(self, painter: QtGui.QPainter, glances: tuple[Glance, ...]) -> None:
        """Write it while the PLC is on its way, or while that is not known."""
        if not self.speaks(glances):
            return
        working, missing = glances[0], RULES[glances[0].seen].dashes
        text = "" if missing else self.text_of(working.value, glances[2] if len(glances) > 2 else None)
        self._words.paint(painter, (replace(working, text=text),))

    def speaks(self, glances: tuple[Glance, ...]) -> bool:
        """Tell whether there is something to write: the PLC is on its way, or that is not known."""
        working, target = glances[0], glances[1]
        missing = RULES[working.seen].dashes
        if missing and RULES[target.seen].dashes:
            return False  # the target says so already
        near = abs(working.value - target.value) < 0.5 * 10.0**-self._part.decimals
        return not near or missing or working.seen not in (Seen.GOOD, target.seen)

    def text_of(self, working: float, rate: Glance | None) -> str:
        """Say working set-point and rate."""
        part = self._part
        words = f"{ARROW} {working:.{part.decimals}f}"
        speed = part.rate if rate is None or RULES[rate.seen].dashes else rate.value
        if part.with_rate and speed is not None:
            words += f" · {speed:g} {part.unit}/min"
        return words.replace("-", MINUS)
