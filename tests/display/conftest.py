"""One application without a display for the tests of this room; other rooms can go on with it."""

import pytest
from PySide6 import QtWidgets

_kept = []


@pytest.fixture(scope="session", autouse=True)
def _application():
    _kept.append(QtWidgets.QApplication.instance() or QtWidgets.QApplication(["hmi"]))
