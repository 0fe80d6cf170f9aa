"""Theme: every colour and font of the window, read from the tokens of `resources/themes/<name>.json`.

Made once by the shell (or by `picture.py`), handed to drawings and pages; a switch of theme makes another one and the
scene is laid out anew. Colours, pens, brushes and fonts are kept as objects: making a QColor from a text costs more
than drawing a line with it. Window process, GUI thread.
"""

from pathlib import Path

import msgspec
from PySide6 import QtCore, QtGui

from hmi.model.text import Text
from hmi.resources import resource_path

FAMILIES = ["Inter", "Noto Sans CJK SC", "Microsoft YaHei"]
"""Latin and digits come from the first, Chinese from the next that is there."""
READING_PX = 17
"""Smallest text of a 1920 x 1080 screen at 23.8 inch (LOOK.md section 2)."""
READING_SMALL_PX = 18
"""The same on a 1366 x 768 screen at 15.6 inch, whose pixels are smaller."""
SMALL_WIDTH = 1500
"""Screens narrower than this are laid out for a small one, pixels."""
VALUE_PX = 22
_MOST_WIDTHS = 8192
MINUS = "\N{MINUS SIGN}"

TOKENS = (
    "bg", "card", "head", "well", "track", "line1", "hair", "sel",
    "ink", "ink2", "ink3", "value",
    "shell", "shellhi", "shell2", "edge", "pipe", "liq", "liqhi", "liqline", "on", "off", "offink",
    "band", "bandS", "bandline", "trend", "sp", "mark", "markink", "hatch", "ghost", "focus",
    "pen1", "pen2", "pen3", "pen4", "p1", "p1d", "p2", "p2d", "p3", "p3d", "outl",
)  # fmt: skip
"""Names of all colours; a theme that lacks one, or has another, is refused."""


class ThemeFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`resources/themes/<name>.json`."""

    name: str
    title: Text
    tokens: dict[str, str]
    """Token -> colour as #RRGGBB."""


class Theme:
    """Colours and fonts by their roles."""

    def __init__(self, file: ThemeFile, reading_px: int = READING_PX) -> None:
        """Take over the tokens.

        Args:
            file: as read.
            reading_px: size of the smallest text, and of every text whose size is not said, pixels of the screen.

        Raises:
            ValueError: a token is missing, unknown, or no colour.
        """
        wrong = set(file.tokens) ^ set(TOKENS)
        if wrong:
            message = f"theme {file.name}: tokens missing or unknown: {', '.join(sorted(wrong))}"
            raise ValueError(message)
        self.reading_px = reading_px
        self._file = file
        self._small: Theme | None = None
        self.name = file.name
        self.title = file.title
        self.tokens = dict(file.tokens)
        self._colours: dict[str, QtGui.QColor] = {}
        self._brushes: dict[str, QtGui.QBrush] = {}
        self._pens: dict[tuple[str, float, bool, bool], QtGui.QPen] = {}
        self._fonts: dict[tuple[float, int], QtGui.QFont] = {}
        self._widths: dict[tuple[str, int, int], float] = {}
        self._metrics: dict[tuple[float, int], QtGui.QFontMetricsF] = {}
        for token, text in file.tokens.items():
            colour = QtGui.QColor(text)
            if len(text) != 7 or not colour.isValid():
                message = f"theme {file.name}: {token} is {text!r}, expected #RRGGBB"
                raise ValueError(message)
            self._colours[token] = colour
            self._brushes[token] = QtGui.QBrush(colour)

    def for_width(self, width: float) -> "Theme":
        """Give the theme for a screen of a width, pixels: on a small one the smallest text is larger."""
        if width >= SMALL_WIDTH or self.reading_px != READING_PX:
            return self
        if self._small is None:
            self._small = Theme(self._file, READING_SMALL_PX)
        return self._small

    def colour(self, token: str) -> QtGui.QColor:
        """Give a colour; the object is shared and must not be changed."""
        return self._colours[token]

    def brush(self, token: str) -> QtGui.QBrush:
        """Give a solid brush; shared."""
        return self._brushes[token]

    def pen(self, token: str, width: float = 1.0, *, round_joins: bool = True, round_caps: bool = False) -> QtGui.QPen:
        """Give a solid pen; shared.

        Args:
            token: name of the colour.
            width: pixels of the screen.
            round_joins: corners as LOOK.md section 7 wants them for equipment.
            round_caps: ends.
        """
        key = (token, width, round_joins, round_caps)
        pen = self._pens.get(key)
        if pen is None:
            pen = QtGui.QPen(self._colours[token], width)
            joins = QtCore.Qt.PenJoinStyle
            caps = QtCore.Qt.PenCapStyle
            pen.setJoinStyle(joins.RoundJoin if round_joins else joins.MiterJoin)
            pen.setCapStyle(caps.RoundCap if round_caps else caps.FlatCap)
            self._pens[key] = pen
        return pen

    def dashes(self, token: str, width: float, on: float, off: float) -> QtGui.QPen:
        """Make a dashed pen; `on` and `off` in pixels of the screen."""
        pen = QtGui.QPen(self._colours[token], width)
        pen.setCapStyle(QtCore.Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([on / width, off / width])
        return pen

    def font(self, size: float | None = None, weight: int = 400) -> QtGui.QFont:
        """Give a font: tabular digits, no hinting; shared.

        Args:
            size: pixels of the screen, rounded to whole ones; None is `reading_px`.
            weight: 400, 500, 600 or 700. Chinese has 400 and 700 only: 600 falls on 700.
        """
        key = (round(size or self.reading_px), weight)
        font = self._fonts.get(key)
        if font is None:
            font = QtGui.QFont(FAMILIES)
            font.setPixelSize(max(1, key[0]))
            font.setWeight(QtGui.QFont.Weight(weight))
            font.setFeature(QtGui.QFont.Tag("tnum"), 1)
            font.setHintingPreference(QtGui.QFont.HintingPreference.PreferNoHinting)
            font.setStyleStrategy(QtGui.QFont.StyleStrategy.PreferAntialias)
            self._fonts[key] = font
        return font

    def metrics(self, size: float | None = None, weight: int = 400) -> QtGui.QFontMetricsF:
        """Give the metrics of a font; shared."""
        key = (round(size or self.reading_px), weight)
        metrics = self._metrics.get(key)
        if metrics is None:
            metrics = self._metrics[key] = QtGui.QFontMetricsF(self.font(size, weight))
        return metrics

    def width(self, text: str, size: float | None = None, weight: int = 400) -> float:
        """Give the advance of a text, pixels."""
        key = (text, round(size or self.reading_px), weight)
        known = self._widths.get(key)
        if known is None:
            if len(self._widths) >= _MOST_WIDTHS:
                self._widths.clear()
            known = self._widths[key] = self.metrics(size, weight).horizontalAdvance(text)
        return known

    def shortened(self, text: str, width: float, size: float | None = None, weight: int = 400) -> str:
        """Give the text, ended by an ellipsis where it is wider than `width` pixels."""
        return self.metrics(size, weight).elidedText(text, QtCore.Qt.TextElideMode.ElideRight, width)

    def write(
        self,
        painter: QtGui.QPainter,
        x: float,
        baseline: float,
        text: str,
        *,
        size: float | None = None,
        weight: int = 400,
        token: str = "ink2",
        align: int = 1,
    ) -> float:
        """Write one line of static text; give its advance in pixels.

        Args:
            painter: of a static layer or a picture.
            x: left edge (align 1), middle (0) or right edge (-1).
            baseline: y of the baseline.
            text: what to write.
            size: pixels; None is `reading_px`.
            weight: see `font`.
            token: colour.
            align: 1 begins at x, 0 is centred, -1 ends at x.
        """
        advance = self.width(text, size, weight)
        left = x if align > 0 else x - advance if align < 0 else x - advance / 2
        painter.setFont(self.font(size, weight))
        painter.setPen(self.pen(token))
        painter.drawText(QtCore.QPointF(left, baseline), text)
        return advance


def load_theme(name: str = "day", folder: Path | None = None) -> Theme:
    """Read a theme.

    Args:
        name: of the file without its ending.
        folder: where it lies; None is `resources/themes`.

    Raises:
        ValueError: no such theme, or it is incomplete.
    """
    path = (folder or resource_path("themes")) / f"{name}.json"
    try:
        return Theme(msgspec.json.decode(path.read_bytes(), type=ThemeFile))
    except (OSError, msgspec.MsgspecError) as fault:
        message = f"theme {name}: {fault}"
        raise ValueError(message) from fault


def theme_names() -> tuple[str, ...]:
    """Name the themes that are shipped, sorted."""
    return tuple(sorted(path.stem for path in resource_path("themes").glob("*.json")))


def load_fonts() -> tuple[str, ...]:
    """Take the fonts of `resources/fonts` (put there by an installer) into the application; give the families' names.

    On a machine set up by `dev.py` the fonts are the system's, the folder does not exist, and nothing is to be done.
    """
    names: list[str] = []
    for path in sorted(resource_path("fonts").glob("*.[ot]t[fc]")):
        number = QtGui.QFontDatabase.addApplicationFont(str(path))
        names += QtGui.QFontDatabase.applicationFontFamilies(number)
    return tuple(names)
