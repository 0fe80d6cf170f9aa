"""Writes the picture of a window into a file, and makes sure that it is there whole. For `app`; GUI thread.

Qt says that a picture is saved when the disk was full: it looks away at the last write.
"""

import os
from pathlib import Path

from PySide6 import QtCore, QtGui


def save_picture(picture: QtGui.QPixmap, path: Path) -> None:
    """Write a picture; its form follows from the ending of the name, PNG where there is none.

    Args:
        picture: what to write.
        path: the file; one that is there is replaced.

    Raises:
        OSError: it cannot be written; what came into being of it is taken away.
    """
    content = QtCore.QBuffer()
    content.open(QtCore.QIODevice.OpenModeFlag.WriteOnly)
    form = path.suffix.removeprefix(".").upper() or "PNG"
    if not picture.save(content, form):
        message = f"no picture can be written as {form}"
        raise OSError(message)
    data = content.data().data()
    try:
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            if path.is_file():
                os.fsync(file.fileno())
        if path.is_file() and path.stat().st_size != len(data):
            message = f"{path} is not whole"
            raise OSError(message)
    except OSError:
        if path.is_file():
            path.unlink()
        raise
