"""Which screens the tabs lead to, and which lay-out of a screen fits the window. Pure; used by the main window.

Several screens of one navigation item show the same in different sizes: nothing is scaled, the largest that fits is
shown.
"""

from collections.abc import Sequence

import msgspec

from hmi.model.project import Project
from hmi.model.screen import NavigationItem, Screen


class Place(msgspec.Struct, frozen=True):
    """One tab: a navigation item and its screens that exist."""

    item: NavigationItem
    screens: tuple[Screen, ...]


def places_of(project: Project) -> tuple[Place, ...]:
    """Give the tabs of a project in their order; items without any screen are left out.

    A project without navigation gets a tab for each screen, by level and path.
    """
    places = []
    for item in sorted(project.navigation, key=lambda item: (item.order, item.id)):
        screens = tuple(project.screens_by_path[path] for path in item.screens if path in project.screens_by_path)
        if screens:
            places.append(Place(item, screens))
    if places:
        return tuple(places)
    by_level = sorted(project.screens, key=lambda screen: (screen.level, screen.path))
    return tuple(Place(_item_of(screen), (screen,)) for screen in by_level)


def start_of(project: Project, places: Sequence[Place]) -> int:
    """Give the place of the tab that opens first."""
    return place_of_item(places, project.header.start)


def place_of_item(places: Sequence[Place], ident: str) -> int:
    """Give the place of a navigation item; the first when there is no such one."""
    return next((number for number, place in enumerate(places) if place.item.id == ident), 0)


def place_of_screen(places: Sequence[Place], path: str) -> int | None:
    """Give the place of the tab that shows a screen, or None."""
    found = (number for number, place in enumerate(places) if any(screen.path == path for screen in place.screens))
    return next(found, None)


def fitting(screens: Sequence[Screen], width: int, height: int) -> Screen:
    """Choose the lay-out for a window.

    Args:
        screens: at least one.
        width: of the room for the screen, pixels.
        height: of the room for the screen, pixels.

    Returns:
        The largest that fits; the smallest when none does.
    """
    sizes = sorted(screens, key=lambda screen: (screen.width * screen.height, screen.path))
    inside = [screen for screen in sizes if screen.width <= width and screen.height <= height]
    return inside[-1] if inside else sizes[0]


def _item_of(screen: Screen) -> NavigationItem:
    """Make a navigation item for a screen that has none."""
    return NavigationItem(id=screen.id, title=screen.title, screens=(screen.path,))
