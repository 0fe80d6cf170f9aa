"""The story of the demo played by somebody at a real window, under the real launcher, by mouse and keyboard.

What is done and where it is looked at stands in `story_window.py`; here is what must have been seen.
"""

import pytest

from hmi.model.text import Language
from hmi.words import say
from tests.acceptance.story_station import play_story

SPEED = 5.0
LIMIT_S = 150.0
DEAD_S = 2.0
"""Within this time a window shows that its engine is dead."""


@pytest.mark.timeout(LIMIT_S + 10)
@pytest.mark.parametrize("language", [Language.EN, pytest.param(Language.ZH, marks=pytest.mark.long)])
def test_that_two_minutes_at_the_window_tell_the_story(tmp_path_factory, language):
    seen = play_story(tmp_path_factory.mktemp("s"), tmp_path_factory.mktemp("n"), language.value, SPEED, LIMIT_S)
    assert "failed" not in seen, seen["failed"]
    assert seen["launcher"]["code"] == 0
    assert "end" in seen

    alarm = seen["alarm"]
    assert alarm["state"] == "UNACKNOWLEDGED"
    assert alarm["framed"] >= 1
    assert alarm["guidance_of_the_same"]
    assert "TV-102" in alarm["cause"]
    assert alarm["first"] == alarm["guidance"]
    assert "TIC-102" in alarm["first"]
    assert "0 %" in alarm["first"]

    cure = seen["cure"]
    assert "AUTO" in cure["refusal"] or "自动" in cure["refusal"]
    assert cure["confirmed"] == say("display.confirmed", language, wish="0 %")
    assert cure["records"] == 1, "painted as acknowledged before the store held it"
    assert alarm["occurrence"] not in cure["left"]

    cable = seen["cable"]
    others = {look for device, looks in cable["looks"].items() if device != "PLC-1" for look in looks}
    assert (cable["looks"]["PLC-1"], others) == (["BAD"], {"GOOD"})
    assert cable["header"] == dict.fromkeys(cable["header"], "GOOD") | {"PLC-1": "DEAD"}
    assert "PLC-1" in cable["refusal"]

    stop = seen["stop"]
    assert stop["words"] == f"PLC-3 {say('display.not_running', language)}"
    assert stop["looks"].pop("PLC-3") == ["NOT_RUNNING"]
    assert set(map(tuple, stop["looks"].values())) == {("GOOD",)}
    assert stop["header"] == dict.fromkeys(stop["header"], "GOOD") | {"PLC-3": "HALF"}

    kill = seen["kill"]
    assert kill["dead_s"] < DEAD_S
    assert kill["silent"] == ["SILENT"]
    assert kill["after"] == kill["before"]
    assert (kill["after"]["state"], kill["painted"]) == ("UNACKNOWLEDGED", "UNACKNOWLEDGED")
