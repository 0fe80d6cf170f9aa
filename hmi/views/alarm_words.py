"""What a row of an alarm says, in words: name, message, value and limit, state, first action, age. Used by all views.

GUI thread. Numbers are written with the tag's own decimals; times are the station's local ones.
"""

import time
from collections.abc import Callable

from hmi.display.ages import short_age
from hmi.display.alarm_shapes import shown_state
from hmi.display.lay_numbers import decimals_of
from hmi.display.theme import MINUS
from hmi.model.alarm import Alarm, AlarmKind, AlarmStand, AlarmState
from hmi.model.health import DEVICES
from hmi.model.tag import Tag
from hmi.model.text import Language, Text
from hmi.words import say

HOUR_NS, DAY_NS = 3_600_000_000_000, 86_400_000_000_000
_SIGNS = {AlarmKind.HIGH_HIGH: ">", AlarmKind.HIGH: ">", AlarmKind.LOW: "<", AlarmKind.LOW_LOW: "<"}
_HIDDEN_MEMBERS = (".PV", ".State")
"""Members that go without saying: a loop is named for its measured value, a device for its state."""


def tag_words(path: str) -> str:
    """Give the short name of a tag's path: `TIC-102` for `Mixing/TIC-102.PV`."""
    name = path.rsplit("/", 1)[-1]
    for member in _HIDDEN_MEMBERS:
        if name.endswith(member) and (member == ".PV" or path.startswith(DEVICES)):
            return name.removesuffix(member)
    return name


def time_words(wall_ns: int) -> str:
    """Give a wall time as `14:28:49`, with the date before it when it is another day's."""
    if not wall_ns:
        return ""
    moment = time.localtime(wall_ns // 1_000_000_000)
    today = time.localtime()
    clock = time.strftime("%H:%M:%S", moment)
    same = (moment.tm_year, moment.tm_yday) == (today.tm_year, today.tm_yday)
    return clock if same else time.strftime("%m-%d ", moment) + clock[:5]


def age_words(stand: AlarmStand, now_ns: int) -> str:
    """Give how long ago the occurrence began; empty while no clock is known."""
    if not now_ns or not stand.active_since_ns:
        return ""
    age_ns = max(0, now_ns - stand.active_since_ns)
    days, rest = divmod(age_ns, DAY_NS)
    return f"{days} d {rest // HOUR_NS} h" if days else short_age(age_ns)


def number_words(value: float, tag: Tag | None) -> str:
    """Give a number as the screens write it."""
    decimals = decimals_of(tag) if tag is not None else 1
    return f"{value:.{decimals}f}".replace("-", MINUS)


def value_words(stand: AlarmStand, tag: Tag | None, language: Language) -> str:
    """Give value and limit: `61.8 > 60.0 °C`; of a state its word."""
    if stand.value is None:
        return ""
    unit = f" {tag.unit}" if tag is not None and tag.unit else ""
    if stand.kind in _SIGNS and stand.limit is not None:
        limit = number_words(stand.limit, tag)
        return f"{number_words(stand.value, tag)} {_SIGNS[stand.kind]} {limit}{unit}"
    states = tag.states if tag is not None else {}
    word = states.get(f"{stand.value:g}")
    if word is not None:
        return word.pick(language)
    return "" if stand.kind in (AlarmKind.DISCRETE, AlarmKind.COMMUNICATION) else number_words(stand.value, tag) + unit


def state_words(stand: AlarmStand, language: Language, name_of: Callable[[str], str]) -> str:
    """Give the state, and who acknowledged; `name_of` gives the name of a person as shown."""
    state = shown_state(stand)
    words = say(f"views.state.{state.name.lower()}", language)
    if state in (AlarmState.ACKNOWLEDGED, AlarmState.LATCHED_ACKNOWLEDGED) and stand.acknowledged_by:
        words = f"{words} · {name_of(stand.acknowledged_by)}"
    if stand.unreliable:
        words = f"{words} · {say('views.unreliable', language)}"
    return words


def message_words(stand: AlarmStand, language: Language) -> str:
    """Give the message, with how often it came meanwhile."""
    words = title_words(stand.title, stand.tag, language)
    return f"{words} ×{stand.count}" if stand.count > 1 else words


def title_words(title: Text, tag: str, language: Language) -> str:
    """Give a message; of a device's without its name, which stands beside it: `Water: no answer` is `No answer`."""
    words = title.pick(language)
    if tag.startswith(f"{DEVICES}/"):
        for colon in (": ", "："):
            rest = words.partition(colon)[2]
            if rest:
                return rest[:1].upper() + rest[1:]
    return words


def steps_of(words: str) -> tuple[str, ...]:
    """Give the steps or points of a text, one a line."""
    return tuple(line.strip() for line in words.splitlines() if line.strip())


def first_action(stand: AlarmStand, alarm: Alarm | None, language: Language) -> str:
    """Give the first corrective action; empty when the project has none. Device alarms have the product's own."""
    if alarm is None and stand.kind is AlarmKind.COMMUNICATION:
        return say("views.device_first", language)
    steps = steps_of(alarm.action.pick(language)) if alarm is not None else ()
    return steps[0] if steps else ""
