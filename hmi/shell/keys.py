"""The keys of the window: every place and panel is reached without a mouse. GUI thread, of the main window."""

from collections.abc import Callable, Sequence

from PySide6 import QtGui, QtWidgets


def bind_keys(
    window: QtWidgets.QWidget,
    keys: Sequence[tuple[str, Callable[[], None]]],
    places: int,
    number_pressed: Callable[[], None],
) -> None:
    """Bind the keys of a window.

    Args:
        window: whose they are.
        keys: key, and what it does.
        places: how many tabs lead to screens; the first nine have a number.
        number_pressed: slot for a number; the shortcut's property `place` says which.
    """
    for key, work in keys:
        QtGui.QShortcut(QtGui.QKeySequence(key), window, work)
    for number in range(min(9, places)):
        shortcut = QtGui.QShortcut(QtGui.QKeySequence(f"Ctrl+{number + 1}"), window)
        shortcut.setProperty("place", number)
        shortcut.activated.connect(number_pressed)
