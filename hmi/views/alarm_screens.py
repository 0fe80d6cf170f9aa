"""Which screen shows the tag of an alarm: what "go to screen" opens. Pure; used by the alarm page."""

import re

from hmi.model.alarm import AlarmStand
from hmi.model.health import DEVICES
from hmi.model.project import Project
from hmi.views.alarm_groups import scope_of

_REFERENCE = re.compile(r"\{([^{}]+)\}")
_UNIT = 2
"""Level of the screens that are worked on (ISA-101): preferred to overview and detail."""


class AlarmScreens:
    """Looks screens up by the tags that their elements name."""

    def __init__(self, project: Project) -> None:
        """Read the screens' bindings; only screens that the navigation leads to count, where it names any."""
        led = {path for item in project.navigation for path in item.screens}
        self._found: dict[str, list[tuple[int, str]]] = {}
        self._devices: dict[str, dict[tuple[int, str], int]] = {}
        devices = {tag.path: tag.device for tag in project.all_tags}
        for screen in project.screens:
            if led and screen.path not in led:
                continue
            key = (abs(screen.level - _UNIT), screen.path)
            named = {
                path
                for element in project.elements.get(screen.id, ())
                for words in element.bind.values()
                for path in _REFERENCE.findall(words)
            }
            for path in named:
                self._found.setdefault(path, []).append(key)
                equipment = scope_of(path)[1]
                if equipment != path:
                    self._found.setdefault(f"{equipment}.", []).append(key)
                device = devices.get(path, "")
                if device:
                    counts = self._devices.setdefault(device, {})
                    counts[key] = counts.get(key, 0) + 1

    def screen_of(self, stand: AlarmStand) -> str:
        """Give the path of the screen that shows an alarm's tag; empty when none does.

        The tag itself, else another of the same equipment; of several screens that of the tag's own area. Of a
        device the screen that shows most of its tags.
        """
        area, equipment = scope_of(stand.tag)
        found = self._found.get(stand.tag) or self._found.get(f"{equipment}.")
        if found:
            return min(found, key=lambda key: (key[0], key[1].partition("/")[0] != area, key))[1]
        if stand.tag.startswith(f"{DEVICES}/"):
            device = stand.tag[len(DEVICES) + 1 :].rpartition(".")[0]
            counts = self._devices.get(device, {})
            if counts:
                return min(counts, key=lambda key: (-counts[key], key))[1]
        return ""
