"""Where alarms stand: the whole plant, its areas, their equipment, and the devices. Pure; used by the alarm page.

An area is the first part of a tag's path, equipment the second; communication alarms stand under the devices. Areas
of the project are there also while nothing stands in them, equipment only while something does.
"""

from collections.abc import Iterable

import msgspec

from hmi.display.alarm_shapes import Shape, shape_of, shown_state
from hmi.model.alarm import AlarmStand, AlarmState
from hmi.model.health import DEVICES
from hmi.model.project import Project
from hmi.model.text import Text

ALL = ""
"""Scope of the whole plant."""
_RANKS = (
    AlarmState.UNACKNOWLEDGED,
    AlarmState.LATCHED_UNACKNOWLEDGED,
    AlarmState.RETURNED,
    AlarmState.ACKNOWLEDGED,
    AlarmState.LATCHED_ACKNOWLEDGED,
    AlarmState.NORMAL,
)
"""Of several alarms in a group, the shape of the first of these is shown; among equals the most urgent."""


class Group(msgspec.Struct, frozen=True):
    """One row: a place and what stands there."""

    scope: str
    """Path; `ALL` for the whole plant."""
    depth: int
    """0 the whole plant, 1 areas and devices, 2 equipment."""
    title: Text
    count: int
    priority: int
    """Of the shape; 0 when nothing stands."""
    shape: Shape
    parts: bool = False
    """Whether equipment stands below."""


def scope_of(tag: str) -> tuple[str, str]:
    """Give area and equipment of a tag's path: `Mixing` and `Mixing/TIC-102` for `Mixing/TIC-102.PV`."""
    if tag.startswith(f"{DEVICES}/"):
        area, rest = DEVICES, tag[len(DEVICES) + 1 :]
    else:
        area, _, rest = tag.partition("/")
        if not rest:
            area = area.partition(".")[0]
            return area, area
    return area, f"{area}/{rest.partition('/')[0].partition('.')[0]}"


def within(tag: str, scope: str) -> bool:
    """Tell whether a tag stands in a place."""
    return not scope or scope in scope_of(tag)


def areas_of(project: Project) -> dict[str, Text]:
    """Give the areas that have alarms, in the order of the navigation: scope -> title.

    An area is called as the navigation calls its screen, else as the screen is; else by its own name.
    """
    named: dict[str, Text] = {}
    for item in sorted(project.navigation, key=lambda one: (one.order, one.id)):
        for path in item.screens:
            named.setdefault(path, item.title)
    for screen in project.screens:
        named.setdefault(screen.path, screen.title)
    found = {scope_of(alarm.tag)[0] for alarm in project.all_alarms if alarm.enabled}
    places = {path: number for number, path in enumerate(named)}
    order = sorted(found, key=lambda area: (places.get(area, len(places)), area))
    return {area: named.get(area) or Text(zh=area, en=area) for area in order}


def group(stands: Iterable[AlarmStand], areas: dict[str, Text], all_of: Text, devices: Text, open_: str) -> list[Group]:
    """Give the rows.

    Args:
        stands: what stands.
        areas: of the project (`areas_of`).
        all_of: what the whole plant is called.
        devices: what the devices are called together.
        open_: area whose equipment is listed.
    """
    by_area: dict[str, dict[str, list[AlarmStand]]] = {area: {} for area in areas}
    everything: list[AlarmStand] = []
    for stand in stands:
        area, equipment = scope_of(stand.tag)
        by_area.setdefault(area, {}).setdefault(equipment, []).append(stand)
        everything.append(stand)
    rows = [_row(ALL, 0, all_of, everything, parts=False)]
    own = by_area.pop(DEVICES, {})
    for area, equipments in [*by_area.items(), (DEVICES, own)]:
        inside = [stand for several in equipments.values() for stand in several]
        title = devices if area == DEVICES else areas.get(area) or Text(zh=area, en=area)
        rows.append(_row(area, 1, title, inside, parts=bool(inside)))
        if area == open_:
            for path in sorted(equipments):
                name = path.rsplit("/", 1)[-1]
                rows.append(_row(path, 2, Text(zh=name, en=name), equipments[path], parts=False))
    return rows


def _row(scope: str, depth: int, title: Text, stands: list[AlarmStand], *, parts: bool) -> Group:
    if not stands:
        return Group(scope, depth, title, 0, 0, Shape.NONE)
    first = min(stands, key=lambda stand: (_RANKS.index(shown_state(stand)), stand.priority))
    return Group(scope, depth, title, len(stands), first.priority, shape_of(shown_state(first)), parts)
