"""Where the PLC is on its ramp stands beside the target: on entries, in rows and on scales."""

import numpy as np
import pytest

from hmi.display.item import Seen
from hmi.display.painted import Glance
from hmi.display.parts import RampPart
from hmi.display.ramps import PaintedRamp
from hmi.display.theme import load_theme
from hmi.model.quality import Cause
from hmi.model.tag import Ramp, WriteRules
from hmi.model.text import Language
from tests.display.rig import element, level_tag, painted, stage_of
from tests.display.stand_in import StandIn

SP, WORKING, RATE = "L/TIC.SP", "L/TIC.WSP", "L/TIC.Rate"


def tags_of(**ramp):
    return {
        SP: level_tag(SP, unit="°C", writable=True, rules=WriteRules(ramp=Ramp(**ramp)) if ramp else WriteRules()),
        WORKING: level_tag(WORKING, unit="°C"),
        RATE: level_tag(RATE, unit="°C/min", decimals=1),
    }


def picture(one, tags, working, sp=61.0, cause=Cause.NONE, rate=0.5):
    source = StandIn(tags)
    source.set(SP, sp)
    source.set(WORKING, working, cause, age_s=30)
    source.set(RATE, rate)
    stage = stage_of([one], tags, source)
    return painted(stage)


ENTRY = element("e", "numeric_entry", (40, 60, 276, 44), {"setpoint": f"{{{SP}}}"}, title={"zh": "设定", "en": "SP"})
ROW = element("r", "loop_row", (10, 60, 380, 44), {"pv": f"{{{WORKING}}}", "sp": f"{{{SP}}}"}, tag="TIC")
BAR = element("b", "bar", (40, 40, 60, 220), {"value": f"{{{RATE}}}", "setpoint": f"{{{SP}}}"}, number=False)


@pytest.mark.parametrize("one", [ENTRY, ROW])
def test_that_the_working_set_point_is_said_while_it_is_on_its_way_and_not_after(one):
    tags = tags_of(working=WORKING, rate=RATE)
    plain = picture(one, tags, 61.0)
    first, second = picture(one, tags, 58.4), picture(one, tags, 59.0)
    moved = element("r", "loop_row", (10, 60, 380, 44), {"sp": f"{{{SP}}}"}, tag="TIC") if one is ROW else one
    if one is ROW:  # without the measured value, which is the same tag in this test
        plain, first, second = (picture(moved, tags, value) for value in (61.0, 58.4, 59.0))
    assert np.count_nonzero(np.abs(plain - first).max(axis=2) > 40) > 40
    assert not np.array_equal(first, second)


def test_that_an_entry_without_a_ramp_is_as_it_was():
    tags = tags_of()
    assert np.array_equal(picture(ENTRY, tags, 58.4), picture(ENTRY, tags, 61.0))


def test_that_a_working_set_point_that_is_not_to_be_trusted_is_said_even_when_it_is_equal():
    tags = tags_of(working=WORKING)
    good = picture(ENTRY, tags, 61.0)
    for cause in (Cause.STALE, Cause.DEVICE_OFFLINE, Cause.LIVENESS_PENDING):
        assert np.count_nonzero(np.abs(picture(ENTRY, tags, 61.0, cause=cause) - good).max(axis=2) > 40) > 40


def words(working, rate=None, target=61.0, **part):
    made = RampPart("working", "sp", 300, 20, 250, 1, "°C", **part)
    ramp = PaintedRamp((1, 2, 3), made, load_theme(), Language.EN, 40)
    speed = None if rate is None else Glance(rate, Seen.GOOD, None, 0, 0, 0.0, 0.0)
    return ramp.text_of(working, speed)


def test_that_target_working_set_point_and_rate_are_said():
    assert words(58.4, 0.5, rate_slot="rate") == "→ 58.4 · 0.5 °C/min"
    assert words(58.4, rate=None) == "→ 58.4"
    assert words(-3.0, 0.5, rate_slot="rate") == "→ −3.0 · 0.5 °C/min"


def test_that_a_rate_without_a_tag_is_the_projects():
    made = RampPart("working", "sp", 300, 20, 250, 1, "°C", rate=2.0)
    assert PaintedRamp((1, 2), made, load_theme(), Language.EN, 40).text_of(58.4, None) == "→ 58.4 · 2 °C/min"


def diamond_rows(shown, theme):
    colour = theme.colour("sp")
    blue = np.array([colour.blue(), colour.green(), colour.red()])
    return np.flatnonzero((np.abs(shown - blue).max(axis=2) < 30)[:, 40:60].any(axis=1))


def test_that_the_solid_diamond_stands_at_the_working_set_point_and_the_hollow_one_at_the_target():
    theme = load_theme()
    tags = tags_of(working=WORKING)
    shown = picture(BAR, tags, 20.0, sp=80.0)
    rows = diamond_rows(shown, theme)
    gap = int(np.argmax(np.diff(rows)))
    upper, lower = rows[: gap + 1], rows[gap + 1 :]
    top, height = 44, 212
    assert abs(upper.mean() - (top + height * 0.2)) < 2
    assert abs(lower.mean() - (top + height * 0.8)) < 2
    colour = theme.colour("sp")
    blue = np.array([colour.blue(), colour.green(), colour.red()])
    filled = {
        name: int((np.abs(shown[round(part.mean()), 40:60] - blue).max(axis=1) < 30).sum())
        for name, part in (("target", upper), ("working", lower))
    }
    assert filled["working"] > 6
    assert filled["target"] <= 5


def test_that_without_a_ramp_there_is_one_open_diamond():
    tags = tags_of()
    assert np.array_equal(picture(BAR, tags, 20.0, sp=80.0), picture(BAR, tags, 50.0, sp=80.0))


def baseline_of(stage, number):
    numbers = stage.numbers
    return float(numbers.baseline[number])


def test_that_a_set_point_stands_on_the_line_of_its_row_except_while_its_ramp_has_something_to_say():
    tags = tags_of(working=WORKING)
    source = StandIn(tags)
    source.set(SP, 61.0)
    source.set(WORKING, 61.0)
    source.set(RATE, 0.5)
    stage = stage_of(
        [element("r", "loop_row", (10, 60, 380, 44), {"pv": f"{{{RATE}}}", "sp": f"{{{SP}}}"})], tags, source
    )
    still = painted(stage)
    assert baseline_of(stage, 0) == baseline_of(stage, 1)
    source.set(WORKING, 58.4)
    changed = stage.update()
    assert baseline_of(stage, 1) == baseline_of(stage, 0) - 7
    assert any(stage.kind[part] == 4 for part in changed.tolist())
    source.set(WORKING, 61.0)
    stage.update()
    assert baseline_of(stage, 0) == baseline_of(stage, 1)
    assert np.array_equal(painted(stage), still)
