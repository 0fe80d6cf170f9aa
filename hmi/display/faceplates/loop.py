"""The faceplate of a control loop: scale, output bar, three numbers, mode, what holds it back, the last quarter hour.

LOOK.md section 9. Everything is made of the tags that the loop is bound to and of what the project says of them. Pure;
shown by the code of every screen.
"""

from collections.abc import Mapping

from hmi.display.faceplates.plan import MARGIN, WIDTH, Faceplate, Plan
from hmi.display.parts import FaceplateSubject
from hmi.expression import compile_expression
from hmi.model.errors import HmiError
from hmi.model.tag import Tag
from hmi.model.text import Language, Text
from hmi.words import say

TALL, LOW = 704, 532
"""Height below the title where there is room for everything, and where there is not, pixels."""
TREND_S = 900
CONDITION = 46
"""Height of one condition, pixels: its words may take two lines."""
MOST_CONDITIONS = 4
_LEAST_TREND = 96
_LIMIT = 52
"""From the word of a limit to its number, pixels."""
_COLUMN = 300
"""Where the numbers begin, pixels from the left."""


def loop_faceplate(subject: FaceplateSubject, tags: Mapping[str, Tag], height: int) -> Faceplate:
    """Make the faceplate of a loop.

    Args:
        subject: roles `pv`, `sp`, `out` and `mode`; those that are missing are left out.
        tags: path -> tag of the project.
        height: room below the title, pixels.
    """
    found = {role: tags[path] for role, path in subject.paths.items() if path in tags}
    tall = height >= TALL
    plan = Plan(f"{subject.tag} faceplate")
    bottom = _numbers(plan, found, tall=tall)
    y = _mode(plan, found, bottom + (32 if tall else 26))
    end = float(TALL if tall else LOW)
    limits = 44 if tall and "pv" in found else 0
    y = _conditions(plan, found, y, end - limits - _LEAST_TREND - 28)
    _trend(plan, found, y + 12, end - limits - 12)
    if limits:
        _limits(plan, found["pv"], end - limits + 10)
    return plan.done(subject.title, end, subject.paths.get("pv", next(iter(subject.paths.values()))))


def _numbers(plan: Plan, found: Mapping[str, Tag], *, tall: bool) -> float:
    """Add the scales at the left and the three numbers at the right; give where they end."""
    top, field = (48.0, 48.0) if tall else (38.0, 44.0)
    gap, right = (32.0 if tall else 28.0), WIDTH - MARGIN
    width = right - _COLUMN
    plan.words(_both("display.faceplate_pv"), _COLUMN, top - 22, width)
    number = 60.0 if tall else 48.0
    if "pv" in found:
        size = 38 if tall else 34
        plan.add(
            "readout",
            (_COLUMN + 7, top - 6, width - 14, number),
            _bind(found["pv"]),
            label="none",
            right=True,
            size=size,
        )
    y = top + number + gap - 4
    bottom = y
    if "sp" in found:
        _entry(plan, found["sp"], "display.faceplate_sp", (_COLUMN, y, width, field))
        bottom = y + field
        y = bottom + gap
    if "out" in found:
        steps = _steps(found["out"]) if found["out"].writable else ()
        more = 54.0 if steps and tall else 44.0 if steps else 0.0
        _entry(plan, found["out"], "display.faceplate_out", (_COLUMN, y, width, field + more), steps)
        bottom = y + field + more
    if "pv" in found:
        bind = _bind(found["pv"]) | _setpoint(found)
        left = 20 if "sp" in found else 40
        at = (left, top - 34, 150, bottom - top + 42)
        plan.add("bar", at, bind, title=_both("display.faceplate_pv"), number=False, thickness=22, axis="left")
    if "out" in found:
        at = (196, top - 34, 100, bottom - top + 42)
        shown = _bind(found["out"])
        title = _both("display.faceplate_out")
        plan.add("bar", at, shown, title=title, number=False, thickness=22, axis="right", style="fill")
    return bottom


def _entry(
    plan: Plan, tag: Tag, code: str, at: tuple[float, float, float, float], steps: tuple[float, ...] = ()
) -> None:
    """Add a field with its label above; what nobody may write is a number only."""
    if tag.writable:
        plan.add("numeric_entry", at, {"setpoint": f"{{{tag.path}}}"}, title=_both(code), size=26, steps=steps)
        return
    x, y, width, height = at
    plan.words(_both(code), x, y - 15, width)
    plan.add("readout", (x, y, width - 14, height), _bind(tag), label="none", right=True, size=26)


def _steps(tag: Tag) -> tuple[float, ...]:
    """Give the steps of an output: 5 and 1 of 100 of its range, no larger than the tag allows."""
    low = tag.write.low if tag.write.low is not None else tag.span.low
    high = tag.write.high if tag.write.high is not None else tag.span.high
    if low is None or high is None or high <= low:
        low, high = 0.0, 100.0
    largest = tag.rules.largest_step
    sizes = [share * (high - low) / 100 for share in (5, 1)]
    allowed = [size if largest is None else min(size, largest) for size in sizes]
    big, small = allowed
    return (-big, -small, small, big) if big > small else (-small, small)


def _mode(plan: Plan, found: Mapping[str, Tag], y: float) -> float:
    """Add the segments of the mode; give where they end."""
    if "mode" not in found:
        return y
    plan.words(_both("display.faceplate_mode"), MARGIN, y, 200, name=True)
    plan.add("segments", (MARGIN, y + 18, WIDTH - 2 * MARGIN, 44), _bind(found["mode"]))
    return y + 18 + 44


def _conditions(plan: Plan, found: Mapping[str, Tag], y: float, end: float) -> float:
    """Add what must hold before set-point, output and mode may be written; give where it ends.

    A condition that depends on the wished value cannot be judged before there is one, and is left to the engine.
    """
    count = 0
    for role in ("sp", "out", "mode"):
        tag = found.get(role)
        for interlock in tag.rules.interlocks if tag is not None and tag.writable else ():
            if count == MOST_CONDITIONS or y + CONDITION > end or not _judged_now(interlock.condition):
                continue
            title = interlock.title or Text(zh=interlock.condition, en=interlock.condition)
            at = (MARGIN, y + 4, WIDTH - 2 * MARGIN, CONDITION)
            held, free = _both(f"display.faceplate_{role}"), _both("display.faceplate_free")
            plan.add("condition", at, {"value": interlock.condition}, title=title, met=free, note=held)
            y, count = y + CONDITION, count + 1
    return y + (4 if count else 0)


def _judged_now(condition: str) -> bool:
    """Tell whether a condition is of tags alone."""
    try:
        return "value" not in compile_expression(condition).references
    except HmiError:
        return False


def _trend(plan: Plan, found: Mapping[str, Tag], y: float, end: float) -> None:
    """Add the last quarter of an hour."""
    if "pv" not in found or end - y < 60:
        return
    bind = _bind(found["pv"]) | _setpoint(found)
    at = (MARGIN, y, WIDTH - 2 * MARGIN, end - y)
    plan.add("sparkline", at, bind, number=False, seconds=TREND_S, fit=True)


def _limits(plan: Plan, tag: Tag, y: float) -> None:
    """Write the limits of the measured value in one line."""
    limits = tag.limits
    digits = tag.decimals if tag.decimals is not None else 1
    quarter = (WIDTH - 2 * MARGIN) / 4
    pairs = (
        ("symbols.high_high", limits.high_high),
        ("symbols.high", limits.high),
        ("symbols.low", limits.low),
        ("symbols.low_low", limits.low_low),
    )
    for place, (code, value) in enumerate(pairs):
        number = "—" if value is None else f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")
        words = _both(code)
        x = MARGIN + place * quarter
        plan.words(words, x, y + 12, _LIMIT)
        plan.words(Text(zh=number, en=number), x + _LIMIT, y + 12, quarter - _LIMIT, name=True)


def _bind(tag: Tag) -> dict[str, str]:
    return {"value": f"{{{tag.path}}}"}


def _setpoint(found: Mapping[str, Tag]) -> dict[str, str]:
    return {"setpoint": f"{{{found['sp'].path}}}"} if "sp" in found else {}


def _both(code: str) -> Text:
    return Text(zh=say(code, Language.ZH), en=say(code, Language.EN))
