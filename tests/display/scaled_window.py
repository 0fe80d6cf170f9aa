"""A window on a scaled display, as a process of its own: prints how many pixels differ from a picture drawn at once."""

import random
import sys

from PySide6 import QtWidgets

from hmi.display.frame import FrameClock
from hmi.display.picture import picture_of
from hmi.display.scene import ScreenView
from hmi.display.theme import load_theme
from hmi.model.quality import Cause
from hmi.model.text import Language
from tests.display.rig import LOOKS, pixels, screen
from tests.display.stand_in import StandIn
from tests.display.test_scene import SIZE, crowd, on_screen


def main() -> None:
    app = QtWidgets.QApplication(["hmi"])
    tags, elements = crowd()
    source = StandIn(tags)
    view = ScreenView(source, None, load_theme(), Language.EN, digits_hz=0)
    view.resize(*SIZE)
    view.show_screen(screen(*SIZE), tuple(elements), tags)
    view.show()
    app.processEvents()
    clock = FrameClock(source)
    clock.add(view)
    chance = random.Random(2)
    causes = [cause for cause in LOOKS.values() if cause is not Cause.NEVER_READ]
    for _ in range(20):
        for path in chance.sample(sorted(tags), 2):
            source.set(path, chance.uniform(0, 100), chance.choice(causes), age_s=30)
        clock.run_frame()
        app.processEvents()
    held = on_screen(view)
    size = (held.shape[1], held.shape[0])
    whole = picture_of(
        screen(*SIZE), tuple(elements), tags, theme=load_theme(), language=Language.EN, source=source, size=size
    )
    print(*size, int((held != pixels(whole)).any(axis=2).sum()))
    view.close()


if __name__ == "__main__":
    sys.exit(main())
