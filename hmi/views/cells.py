"""Words in a cell: one line where they fit, two where the cell is high enough, ended by an ellipsis only then.

GUI thread; used by banner and list, whose messages are whole sentences in English.
"""

import re

from PySide6 import QtCore, QtGui

from hmi.display.theme import Theme

LINE = 1.16
"""Height of a line, times the size of its letters."""
DOT = " · "
"""Between two facts: a line is broken there first, so that no name is torn."""
_MAY_BREAK = "\N{ZERO WIDTH SPACE}"
_JOINTS = re.compile(r"[./](?=[^\W\d])|[a-z](?=[A-Z])")
"""Where the path of a tag may be broken: `FM-1.Reject`, `Share`."""


def wrap(theme: Theme, words: str, width: float, size: float, weight: int = 400) -> tuple[str, ...]:
    """Give the words as one line or two, each no wider than `width` pixels; the second ends by an ellipsis."""
    if theme.width(words, size, weight) <= width:
        return (words,)
    head, dot, tail = words.partition(DOT)
    if dot and theme.width(head, size, weight) <= width:
        return head, theme.shortened(tail, width, size, weight)
    words = _JOINTS.sub(f"\\g<0>{_MAY_BREAK}", words)
    layout = QtGui.QTextLayout(words, theme.font(size, weight))
    option = QtGui.QTextOption()
    option.setWrapMode(QtGui.QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)  # a long tag has no other place
    layout.setTextOption(option)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(width)
    layout.endLayout()
    cut = line.textLength()
    first, rest = (part.replace(_MAY_BREAK, "").strip() for part in (words[:cut], words[cut:]))
    if not rest or theme.width(first, size, weight) > width:
        return (theme.shortened(words.replace(_MAY_BREAK, ""), width, size, weight),)
    return first, theme.shortened(rest, width, size, weight)


def write_cell(
    painter: QtGui.QPainter,
    box: QtCore.QRectF,
    words: str,
    theme: Theme,
    *,
    size: float,
    weight: int = 400,
    token: str = "ink",
) -> None:
    """Write words into a box, in the middle of its height.

    Args:
        painter: of the widget.
        box: of the cell, pixels.
        words: what to write.
        theme: colours and fonts.
        size: of the letters, pixels.
        weight: see `Theme.font`.
        token: colour.
    """
    pitch = size * LINE
    if box.height() >= 2 * pitch:
        lines = wrap(theme, words, box.width(), size, weight)
    else:
        lines = (theme.shortened(words, box.width(), size, weight),)
    baseline = box.center().y() + size * 0.36 - pitch * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        theme.write(painter, box.left(), baseline + number * pitch, line, size=size, weight=weight, token=token)
