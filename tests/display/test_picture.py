"""A screen as a picture without a window: always the same, readable, and inside its cards."""

import subprocess
import sys

import numpy as np
import pytest

from hmi.display.contrast import luminance
from hmi.display.picture import fit
from hmi.display.theme import load_theme
from hmi.model.quality import Cause
from hmi.model.screen import Screen
from hmi.model.text import Language
from tests.display.rig import LOOKS, element, level_tag, picture, pixels
from tests.display.stand_in import StandIn

TAG = level_tag()
TAGS = {TAG.path: TAG}


def everything():
    return [
        element("p", "panel", (8, 8, 380, 300), z="a", tag="T-102", title={"zh": "配液罐", "en": "Mixing vessel"}),
        element("t", "tank", (20, 50, 160, 240), {"level": "{L/T.Level}"}),
        element("b", "bar", (200, 60, 150, 120), {"value": "{L/T.Level}"}, tag="T-102"),
        element("r", "readout", (200, 190, 136, 56), {"value": "{L/T.Level}"}, tag="LT-102"),
        element("v", "valve", (200, 250, 56, 56), {"value": "{L/T.Level}"}, kind="control", label="right", tag="TV"),
    ]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("theme", ["day", "night"])
def test_that_a_picture_is_the_same_at_every_drawing(theme, language):
    source = StandIn(TAGS)
    source.set(TAG.path, 55.1, Cause.STALE, age_s=48)
    first, second = (pixels(picture(everything(), TAGS, source, theme=theme, language=language)) for _ in range(2))
    assert np.array_equal(first, second)


def test_that_language_theme_and_value_change_the_picture():
    source = StandIn(TAGS)
    source.set(TAG.path, 55.1)
    shown = [
        pixels(picture(everything(), TAGS, source)),
        pixels(picture(everything(), TAGS, source, language=Language.ZH)),
        pixels(picture(everything(), TAGS, source, theme="night")),
    ]
    source.set(TAG.path, 55.2)
    shown.append(pixels(picture(everything(), TAGS, source)))
    for place, one in enumerate(shown):
        assert all(not np.array_equal(one, other) for other in shown[place + 1 :])


def test_that_a_screen_fits_into_a_size_and_is_not_blurred_by_a_hair():
    wide = Screen(id="0000000000001", path="x", width=1920, height=964)
    assert fit(wide, 1920, 964) == 1.0
    assert fit(wide, 1930, 970) == 1.0
    assert fit(wide, 3840, 1928) == 2.0
    assert fit(wide, 960, 964) == 0.5


def test_that_a_picture_needs_no_window_and_no_display(tmp_path):
    code = (
        "import os; os.environ.pop('DISPLAY', None); os.environ.pop('QT_QPA_PLATFORM', None)\n"
        "from hmi.display.picture import ensure_application, picture_of\n"
        "from hmi.display.theme import load_theme\n"
        "from hmi.model.screen import Screen\n"
        "from hmi.model.text import Language\n"
        "app = ensure_application()\n"
        "one = Screen(id='0000000000001', path='x', width=100, height=80)\n"
        "image = picture_of(one, (), {}, theme=load_theme(), language=Language.ZH, size=(300, 80))\n"
        "print(image.width(), image.height(), image.pixelColor(5, 5).name(), type(app).__name__)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30)
    assert run.stdout.split() == ["300", "80", load_theme().tokens["bg"].lower(), "QGuiApplication"], run.stderr


@pytest.mark.parametrize("theme", ["day", "night"])
@pytest.mark.parametrize("look", [name for name in LOOKS if name != "bad without a value"])
def test_that_digits_can_be_read_on_the_pixels_under_them(look, theme):
    """The ink of a number against the ground around it, as painted: 4.5 at least, whatever the look."""
    source = StandIn(TAGS)
    if look != "never read":
        source.set(TAG.path, 55.1, LOOKS[look], age_s=48)
    tokens = load_theme(theme)
    wanted = {"stale": "ink2", "bad": "ink2", "never read": "ink2"}.get(look, "value")
    image = pixels(picture(everything(), TAGS, source, theme=theme))
    number = image[212:236, 200:260]
    colour = tokens.colour(wanted)
    ink = np.array([colour.blue(), colour.green(), colour.red()])
    assert (np.abs(number - ink).max(axis=2) <= 2).sum() > 15
    grounds = {tuple(pixel) for pixel in number.reshape(-1, 3)[::1] if _is_ground(pixel, tokens)}
    least = min(_ratio(tuple(ink), ground) for ground in grounds)
    assert least >= 4.5


def _is_ground(pixel, theme):
    return any(
        pixel.tolist() == [theme.colour(token).blue(), theme.colour(token).green(), theme.colour(token).red()]
        for token in ("card", "bg", "track")
    )


def _ratio(one, other):
    texts = ("#{2:02X}{1:02X}{0:02X}".format(*(int(part) for part in pixel)) for pixel in (one, other))
    lights = sorted(luminance(text) for text in texts)
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("language", list(Language))
def test_that_no_text_leaves_its_card(language):
    long = {"zh": "一个非常非常非常非常非常长的标题文字", "en": "A title far too long for the card it stands on"}
    card = element("p", "panel", (40, 40, 200, 120), tag="T-102", title=long, note=long)
    label = element("t", "text", (60, 80, 120, 24), text=long, size=20, weight=600)
    image = pixels(picture([card, label], {}, None, language=language))
    empty = pixels(picture([], {}, None))
    outside = np.ones(image.shape[:2], dtype=np.bool_)
    outside[40:160, 40:240] = False
    assert (image == empty)[outside].all()
    assert not (image == empty)[60:150, 50:230].all()
