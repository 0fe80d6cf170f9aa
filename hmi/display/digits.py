"""Digits of one size as pictures of one and two digits, and what is written with them. Window, GUI thread.

A number is then two or three pictures, and no text is shaped or built while a screen runs. Each exists in the colour
of live values and in the muted one.
"""

import msgspec
from PySide6 import QtCore, QtGui

from hmi.display.atlas import Atlas
from hmi.display.marks import paint_dashes
from hmi.display.theme import MINUS, Theme

SINGLES = tuple(str(number) for number in range(10))
PAIRS = tuple(f"{number:02}" for number in range(100))
TENTHS = tuple(f".{number}" for number in range(10))
HUNDREDTHS = tuple(f".{number:02}" for number in range(100))
BLEED = 2
"""Pixels around a glyph that its ink may reach beyond its advance."""


class DigitCells(msgspec.Struct, frozen=True):
    """Numbers of the cells of one size in one colour, and the advances in device pixels."""

    single: int
    """Of "0"; the ten digits follow each other."""
    pair: int
    """Of "00"; a hundred follow each other."""
    tenth: int
    """Of ".0"; ten follow each other."""
    hundredth: int
    """Of ".00"; a hundred follow each other; 0 where no number has an even count of decimals."""
    minus: int
    hashes: int
    dashes: int
    digit: float
    point: float
    sign: float
    thin: float
    """The gap between groups of three."""
    hashes_width: float
    dashes_width: float


class DigitFonts:
    """Gives the digit cells of a size, weight and colour, painted when first asked for."""

    def __init__(self, atlas: Atlas, theme: Theme) -> None:
        """Begin without any."""
        self._atlas = atlas
        self._theme = theme
        self._made: dict[tuple[float, int, str, bool], DigitCells] = {}

    def cells(self, size: float, weight: int, token: str, decimals: int = 1) -> DigitCells:
        """Give the cells of a size (pixels of the screen) in a colour, for numbers of so many decimals."""
        key = (size, weight, token)
        fine = decimals > 1 and decimals % 2 == 0
        known = self._made.get((*key, fine))
        if known is not None:
            return known
        scale = self._atlas.scale
        dash = size / 22
        made = DigitCells(
            single=self._run(key, SINGLES),
            pair=self._run(key, PAIRS),
            tenth=self._run(key, TENTHS),
            hundredth=self._run(key, HUNDREDTHS) if fine else 0,
            minus=self._run(key, (MINUS,)),
            hashes=self._run(key, ("####",)),
            dashes=self._dashes(key, dash),
            digit=self._theme.width("0", size, weight) * scale,
            point=self._theme.width(".", size, weight) * scale,
            sign=self._theme.width(MINUS, size, weight) * scale,
            thin=size * 0.2 * scale,
            hashes_width=self._theme.width("####", size, weight) * scale,
            dashes_width=(29 * dash + 4) * scale,
        )
        self._made[(*key, fine)] = made
        return made

    def recoloured(self, like: DigitCells, size: float, weight: int, token: str, decimals: int) -> tuple[int, ...]:
        """Give the cells of digits in another colour, also after the sealing of the atlas.

        Args:
            like: those whose size and dashes they share.
            size: pixels of the screen.
            weight: of the font.
            token: the colour.
            decimals: of the number.
        """
        key = (size, weight, token)
        fine = decimals > 1 and decimals % 2 == 0
        texts = (SINGLES, PAIRS, TENTHS, HUNDREDTHS, (MINUS,), ("####",))
        runs = [self._run(key, one) if one is not HUNDREDTHS or fine else 0 for one in texts]
        return (*runs, like.dashes)

    def _run(self, key: tuple[float, int, str], texts: tuple[str, ...]) -> int:
        """Make room for texts of one width in cells that follow each other; give the number of the first."""
        size, weight, token = key
        theme = self._theme
        metrics = theme.metrics(size, weight)
        rise = metrics.ascent() + 1

        def paint(painter: QtGui.QPainter, *, index: int) -> None:
            theme.write(painter, BLEED, rise, texts[index], size=size, weight=weight, token=token)

        width = theme.width(texts[0], size, weight) + 2 * BLEED
        height = rise + metrics.descent() + 1
        return self._atlas.later(("digits", key, texts), len(texts), width, height, paint, dx=BLEED, dy=rise)

    def _dashes(self, key: tuple[float, int, str], dash: float) -> int:
        size, _, token = key
        theme = self._theme
        return self._atlas.paint(
            ("digits", key, "dashes"),
            29 * dash + 4,
            size,
            lambda painter: paint_dashes(painter, QtCore.QPointF(2, size / 2), dash, theme.pen(token, 2.0)),
            dy=size / 2 + size * 0.36,
        ).number
