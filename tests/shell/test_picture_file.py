"""A picture that was asked for is there whole, or the reason is said."""

from pathlib import Path

import pytest
from PySide6 import QtGui

from hmi.shell import picture_file
from hmi.shell.picture_file import save_picture


@pytest.fixture
def picture(qapp):
    pixmap = QtGui.QPixmap(64, 32)
    pixmap.fill(QtGui.QColor("#1F618F"))
    return pixmap


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a"])
def test_that_a_picture_is_written_in_the_form_of_its_name(picture, tmp_path, name):
    save_picture(picture, tmp_path / name)
    image = QtGui.QImage(str(tmp_path / name))
    assert (image.width(), image.height()) == (64, 32)


def test_that_a_form_that_nobody_knows_is_said(picture, tmp_path):
    with pytest.raises(OSError, match="no picture can be written as TXT"):
        save_picture(picture, tmp_path / "a.txt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_that_a_full_disk_is_seen(picture):
    with pytest.raises(OSError, match="No space left"):
        save_picture(picture, Path("/dev/full"))
    assert Path("/dev/full").is_char_device()


def test_that_half_a_picture_is_taken_away(picture, tmp_path, monkeypatch):
    def lose(descriptor: int) -> None:
        (tmp_path / "a.png").write_bytes(b"half")

    monkeypatch.setattr(picture_file.os, "fsync", lose)
    with pytest.raises(OSError, match="is not whole"):
        save_picture(picture, tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []
