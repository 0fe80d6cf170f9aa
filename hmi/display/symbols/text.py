"""Draws fixed words, or those of a text tag. Window, GUI thread."""

from typing import cast

from PySide6 import QtGui

from hmi.display.parts import Part, Placed, WordPart
from hmi.model.symbols.text import FAMILY, Props

_ALIGN = {"left": 1, "centre": 0, "right": -1}
_LINE = 1.4


class TextDrawing:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Write the lines; words wider than the element are ended by an ellipsis."""
        if "text" in placed.bound:
            return
        props, theme = cast(Props, placed.props), placed.theme
        lines = placed.say(props.text).split("\n")
        baseline = _first_baseline(placed, len(lines))
        for number, line in enumerate(lines):
            theme.write(
                painter,
                _edge(placed),
                baseline + number * round(props.size * _LINE),
                theme.shortened(line, placed.box.width(), props.size, props.weight),
                size=props.size,
                weight=props.weight,
                token=props.ink,
                align=_ALIGN[props.align],
            )

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare the words of a text tag."""
        if "text" not in placed.bound:
            return ()
        props = cast(Props, placed.props)
        return (
            WordPart(
                "text",
                _edge(placed),
                _first_baseline(placed, 1),
                size=props.size,
                align=_ALIGN[props.align],
                width=placed.box.width(),
                weight=props.weight,
                role="value",
            ),
        )


def _edge(placed: Placed) -> float:
    box, props = placed.box, cast(Props, placed.props)
    return {"left": box.left(), "centre": box.center().x(), "right": box.right()}[props.align]


def _first_baseline(placed: Placed, lines: int) -> float:
    """Centre the lines in the height of the element."""
    props = cast(Props, placed.props)
    middle = placed.box.center().y() - (lines - 1) * round(props.size * _LINE) / 2
    return round(middle + props.size * 0.36)


DRAWING = TextDrawing()
