"""Guards the PySide6 pin (decision 0003): 6.12.0 loses a reference of None on every call that returns nothing.

On Python below 3.12 the process aborts after some 5,000 such calls; short tests end too early to show it, so this one
counts. Run it with a new wheel before the pin is moved.
"""

import sys

from PySide6 import QtCore, QtWidgets

ALLOWED_LOSS = 20
"""References that the test's own frames may cost; the fault costs thousands."""


class Sender(QtCore.QObject):
    happened = QtCore.Signal(bool)


def test_that_qt_calls_and_signals_keep_the_references_of_none_and_true(qapp):
    widget, sender = QtWidgets.QWidget(), Sender()
    calls = [0]

    def count(_: bool) -> None:  # keeps no reference: a list of the values would hide the loss
        calls[0] += 1

    sender.happened.connect(count)
    none_before, true_before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(2000):
        widget.setEnabled(True)
    for _ in range(100):
        sender.happened.emit(True)
    none_after, true_after = sys.getrefcount(None), sys.getrefcount(True)
    assert calls == [100]
    assert none_after >= none_before - ALLOWED_LOSS, f"{none_before - none_after} references of None lost"
    assert true_after >= true_before - ALLOWED_LOSS, f"{true_before - true_after} references of True lost"
    widget.deleteLater()
