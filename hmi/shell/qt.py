"""Loads Qt, in the order and with the repair that make the start fast. Imported by `app` before all else.

numpy comes before PySide6 (46 ms less). PySide6 replaces `builtins.__import__` by one that fetches the source of
every module loaded afterwards and searches it, which makes each later import twice as dear and needs sources at
all: it is put back here.

WORKAROUND pyzo pull request 851, napari issue 8584: seen with PySide6 6.11.3, to be looked at again at each upgrade.
"""

import builtins

import msgspec
import numpy

_python_import = builtins.__import__

from PySide6 import QtCore, QtGui, QtWidgets  # noqa: E402 - the order is what this file is for

builtins.__import__ = _python_import

__all__ = ["QtCore", "QtGui", "QtWidgets", "msgspec", "numpy"]
