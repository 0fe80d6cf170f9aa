"""What stands on a screen where an element cannot be drawn: its type and the reason in words. Window, GUI thread."""

from PySide6 import QtCore, QtGui

from hmi.display.theme import Theme


def paint_placeholder(painter: QtGui.QPainter, box: QtCore.QRectF, name: str, words: str, theme: Theme) -> None:
    """Paint a dashed box with the name of the type and, where there is room, why it is not drawn.

    Args:
        painter: of the static layer.
        box: the element's rectangle.
        name: the type as it stands in the file.
        words: the reason in the language of the screen.
        theme: colours and fonts.
    """
    inner = box.adjusted(1, 1, -1, -1)
    painter.save()
    painter.setClipRect(box)
    painter.fillRect(inner, theme.colour("track"))
    painter.setPen(theme.dashes("mark", 1.5, 4, 3))
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    painter.drawRect(inner)
    text = inner.adjusted(6, 3, -6, -3)
    painter.setPen(theme.pen("ink"))
    painter.setFont(theme.font(theme.reading_px, 600))
    flags = QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignTop | QtCore.Qt.TextFlag.TextWordWrap
    painter.drawText(text, flags, f"? {name}")
    bottom = text.top() + theme.metrics(theme.reading_px, 600).boundingRect(text, flags, f"? {name}").height()
    painter.setFont(theme.font(theme.reading_px))
    painter.setPen(theme.pen("ink2"))
    painter.drawText(QtCore.QRectF(text.left(), bottom, text.width(), max(0.0, text.bottom() - bottom)), flags, words)
    painter.restore()
