"""Small screens for the tests of this room, and pictures of them as numbers."""

import msgspec
import numpy as np
from PySide6 import QtGui

from hmi.display.picture import picture_of
from hmi.display.stage import Stage
from hmi.display.theme import load_theme
from hmi.model.ident import derived_id
from hmi.model.quality import Cause
from hmi.model.screen import Element, Screen
from hmi.model.tag import Limits, Span
from hmi.model.text import Language
from tests.display.stand_in import StandIn, tag

LOOKS = {
    "good": Cause.NONE,
    "simulated": Cause.SIMULATED,
    "substituted": Cause.SUBSTITUTED,
    "forced": Cause.FORCED,
    "above range": Cause.ABOVE_RANGE,
    "below range": Cause.BELOW_RANGE,
    "uncertain": Cause.LIVENESS_PENDING,
    "not running": Cause.PLC_NOT_RUNNING,
    "stale": Cause.STALE,
    "bad": Cause.DEVICE_OFFLINE,
    "bad without a value": Cause.NOT_A_NUMBER,
    "never read": Cause.NEVER_READ,
}


def element(name, family, at, bind=None, /, *, z="m", **props):
    return Element(
        id=derived_id("rig", name),
        type=family,
        at=at,
        bind=bind or {},
        z=z,
        props=msgspec.Raw(msgspec.json.encode(props)),
    )


def screen(width=400, height=320):
    return Screen(id=derived_id("rig", "screen"), path="rig", width=width, height=height)


def level_tag(path="L/T.Level", **fields):
    given = {
        "unit": "%",
        "decimals": 1,
        "span": Span(low=0, high=100),
        "normal": Span(low=40, high=80),
        "limits": Limits(low=10, high=90),
    }
    return tag(path, **{**given, **fields})


def pixels(image: QtGui.QImage) -> np.ndarray:
    """Height x width x (blue, green, red), of a picture."""
    whole = image.convertToFormat(QtGui.QImage.Format.Format_RGB32)
    rows = np.frombuffer(whole.constBits(), dtype=np.uint8).reshape(whole.height(), whole.bytesPerLine() // 4, 4)
    return rows[:, : whole.width(), :3].astype(np.int64)


def grey(image: QtGui.QImage) -> np.ndarray:
    """Height x width of lightness, 0 to 255."""
    return greys(pixels(image))


def greys(colours: np.ndarray) -> np.ndarray:
    return (colours @ np.array([0.114, 0.587, 0.299])).round().astype(np.int64)


def picture(elements, tags, source, size=(400, 320), theme="day", language=Language.EN, families=None):
    return picture_of(
        screen(*size),
        tuple(elements),
        tags,
        theme=load_theme(theme),
        language=language,
        source=source,
        families=families,
    )


def stage_of(elements, tags, source=None, size=(400, 320), scale=1.0, language=Language.EN, families=None, theme="day"):
    stage = Stage(screen(*size), tuple(elements), tags, load_theme(theme), language, scale, families)
    stage.attach(source)
    stage.update()
    return stage


def painted(stage: Stage) -> np.ndarray:
    image = QtGui.QImage(stage.width, stage.height, QtGui.QImage.Format.Format_RGB32)
    painter = QtGui.QPainter(image)
    stage.paint(painter)
    painter.end()
    return pixels(image)


def by_look(make, tags, value, size=(400, 320), theme="day", families=None):
    """One picture a look: `make()` gives the elements, every tag has the value and the look."""
    source = StandIn(tags)
    stage = stage_of(make(), tags, source, size, families=families, theme=theme)
    found = {"never read": greys(painted(stage))}
    for name, cause in LOOKS.items():
        if cause is Cause.NEVER_READ:
            continue
        for path, one in tags.items():
            words = one.type is not None and one.type.value == "string"
            source.set(path, "PBS 10" if words else value, cause, age_s=48)
        stage.update()
        found[name] = greys(painted(stage))
    return found
