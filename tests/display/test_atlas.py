"""The atlas: what was never painted holds whatever the memory held, and none of that is ever seen."""

import numpy as np
from PySide6 import QtCore, QtGui

from hmi.display.atlas import ROWS, Atlas

RED = QtGui.QColor("#FF0000")


def nothing(painter, *, index):
    """Paints nothing, so that the cell shows what was there."""


def sealed():
    atlas = Atlas(1.0)
    atlas.paint("one", 20, 10, lambda painter: painter.fillRect(0, 0, 20, 10, QtCore.Qt.GlobalColor.blue))
    first = atlas.later("digits", 10, 12, 18, nothing, dx=0, dy=0)
    atlas.seal()
    return atlas, first


def test_that_a_cell_painted_later_is_cleared_first_with_the_gap_round_it(qapp):
    atlas, first = sealed()
    atlas.pixmap.fill(RED)
    atlas.ensure(np.array([first + 3]))
    left, top, width, height = (int(edge) for edge in atlas.columns[first + 3, :4])
    image = atlas.pixmap.copy(left - 1, top - 1, width + 2, height + 2).toImage()
    assert {image.pixelColor(x, y).alpha() for x in range(width + 2) for y in range(height + 2)} == {0}


def test_that_pictures_outlive_an_atlas_that_grows(qapp):
    atlas = Atlas(1.0)
    atlas.paint("one", 20, 10, lambda painter: painter.fillRect(0, 0, 20, 10, RED))
    atlas.paint("tall", 30, ROWS, lambda painter: None)
    atlas.paint("wide", 3000, 4, lambda painter: None)
    atlas.seal()
    image = atlas.pixmap.copy(0, 0, 20, 10).toImage()
    assert image.pixelColor(19, 9) == RED
    assert atlas.pixmap.width() == 3001
