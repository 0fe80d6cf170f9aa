"""A screen as a picture without a window: for `hmi render`, for tests and for the pictures of the help.

Any process that may load Qt; it needs no display. Draws by the same stage as the running screen.
"""

import os
from collections.abc import Mapping

from PySide6 import QtGui

from hmi.display.parts import Drawing
from hmi.display.stage import Stage
from hmi.display.theme import Theme, load_fonts
from hmi.image.contract import ValueSource
from hmi.model.screen import Element, Screen
from hmi.model.tag import Tag
from hmi.model.text import Language


def ensure_application() -> QtGui.QGuiApplication:
    """Give the running application, or begin one without a display; the caller keeps it."""
    running = QtGui.QGuiApplication.instance()
    if isinstance(running, QtGui.QGuiApplication):
        return running
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QtGui.QGuiApplication(["hmi"])
    load_fonts()
    return application


def picture_of(
    screen: Screen,
    elements: tuple[Element, ...],
    tags: Mapping[str, Tag],
    *,
    theme: Theme,
    language: Language,
    source: ValueSource | None = None,
    size: tuple[int, int] | None = None,
    families: Mapping[str, Drawing] | None = None,
) -> QtGui.QImage:
    """Draw a screen as it is seen now.

    Args:
        screen: what to draw.
        elements: its elements.
        tags: path -> tag of the project.
        theme: colours and fonts.
        language: of its texts.
        source: where values come from; None draws the never-read look.
        size: width and height of the picture in pixels, the screen in its middle; None is the screen's own size.
        families: name -> drawing; None takes the built-in ones.
    """
    application = ensure_application()
    width, height = size or (screen.width, screen.height)
    scale = fit(screen, width, height)
    stage = Stage(screen, elements, tags, theme, language, scale, families)
    if source is not None:
        state = source.poll()
        stage.attach(source)
        stage.tell(state)
        stage.update()
    image = QtGui.QImage(width, height, QtGui.QImage.Format.Format_RGB32)
    image.fill(theme.colour("bg"))
    painter = QtGui.QPainter(image)
    try:
        painter.translate((width - stage.width) // 2, (height - stage.height) // 2)
        stage.paint(painter)
    finally:
        painter.end()  # a picture that is freed while it is painted on ends the process
    del application
    return image


def fit(screen: Screen, width: float, height: float) -> float:
    """Give the scale by which a screen fits into a size; within 2 % of its own size it is drawn 1:1."""
    scale = min(width / screen.width, height / screen.height)
    return 1.0 if 1.0 <= scale <= 1.02 else max(scale, 0.05)
