"""What becomes of a programming fault inside a slot or a paint: logged, counted, and shown round the screen. For `app`.

Qt calls on after such a fault, so a screen whose frames fail would stand still and look alive: the frame round the
screen says so until another screen is opened. GUI thread.
"""

import logging
from collections import Counter
from collections.abc import Callable
from types import TracebackType

from PySide6 import QtCore

AGAIN_EVERY = 1000
"""A fault that repeats is logged the first time, then at every so many times."""

log = logging.getLogger("hmi.ui")


class Faults:
    """The last resort for faults that nobody caught; an instance is a `sys.excepthook`."""

    def __init__(self) -> None:
        """Begin without a window to tell."""
        self.tell: Callable[[], None] | None = None
        """Called at every fault."""
        self._seen: Counter[tuple[str, str]] = Counter()

    def __call__(self, kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        """Take a fault."""
        key = (kind.__name__, _place(trace))
        self._seen[key] += 1
        count = self._seen[key]
        if count == 1 or count % AGAIN_EVERY == 0:
            log.error("a fault in the window (seen %d times)", count, exc_info=(kind, fault, trace))
        if self.tell is not None:
            self.tell()


def log_qt(kind: QtCore.QtMsgType, context: QtCore.QMessageLogContext, message: str) -> None:
    """Send Qt's own messages to the log."""
    levels = {
        QtCore.QtMsgType.QtDebugMsg: logging.DEBUG,
        QtCore.QtMsgType.QtInfoMsg: logging.INFO,
        QtCore.QtMsgType.QtWarningMsg: logging.WARNING,
    }
    log.log(levels.get(kind, logging.ERROR), "Qt: %s", message)


def _place(trace: TracebackType | None) -> str:
    """Give the line in which a fault arose."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
