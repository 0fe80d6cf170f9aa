"""Puts together what `hmi new` makes: a project from nothing, or one that takes a table of tags in. Headless."""

import re
from dataclasses import dataclass, replace

import msgspec

from hmi.model.ident import derived_id, new_id
from hmi.model.project import Project, ProjectHeader
from hmi.model.text import Text
from hmi.project.imports.overview import MOST_PAGES, Drawn, draw_overview, screen_ids
from hmi.project.imports.tags_csv import TagTable
from hmi.project.names import is_project_name


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project with what a table brought."""

    project: Project
    added: int
    """Tags that are new."""
    changed: int
    """Tags that the table has changed."""
    overview_kept: bool
    """The overview had been changed by hand, and is left as it is."""
    left_out: int
    """Tags that found no place on the overview."""


def short_name(wished: str) -> str:
    """Make the short name of a project of any text: letters, digits, `-`; `project` when nothing is left of it."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", wished).strip("-_")[:48]
    return plain if is_project_name(plain) else "project"


def empty_project(name: str) -> Project:
    """Make a project without tags and with one screen.

    Args:
        name: as people call it; the short name is made of it.
    """
    header = ProjectHeader(id=new_id(), name=short_name(name), title=_title(name))
    return _with_overview(Project(header=header), draw_overview(()))


def import_tags(project: Project, table: TagTable) -> NewProject:
    """Take a table into a project.

    Args:
        project: as read, or `empty_project`.
        table: without faults.
    """
    before = {tag.id: tag for tag in project.tags}
    fresh = {tag.id: tag for tag in table.tags}
    untouched = _overview_untouched(project)
    tags = tuple(sorted({**before, **fresh}.values(), key=lambda tag: tag.id))
    devices = tuple(sorted((*project.devices, *table.devices), key=lambda device: device.id))
    changed = replace(project, tags=tags, devices=devices)
    left_out = 0
    if untouched:
        # What stood on the overview stays there, also when this table does not name it any more.
        shown = _shown(project)
        drawn = draw_overview([tag for tag in tags if tag.id in fresh or tag.id in shown])
        left_out = drawn.left_out
        changed = _with_overview(changed, drawn)
    return NewProject(
        project=changed,
        added=sum(ident not in before for ident in fresh),
        changed=sum(ident in before and before[ident] != tag for ident, tag in fresh.items()),
        overview_kept=not untouched and bool(_own_screens(project)),
        left_out=left_out,
    )


def _title(name: str) -> Text:
    """Keep a name that the short name cannot hold."""
    return Text() if name == short_name(name) else Text(zh=name, en=name)


def _own_screens(project: Project) -> frozenset[str]:
    """Give the ids of the overview's screens that are there."""
    return screen_ids() & {screen.id for screen in project.screens}


def _shown(project: Project) -> frozenset[str]:
    """Give the ids of the tags that the overview shows."""
    elements = (element for screen in _own_screens(project) for element in project.elements[screen])
    bound = {source for element in elements for source in element.bind.values()}
    return frozenset(tag.id for tag in project.tags if f"{{{tag.path}}}" in bound)


def _overview_untouched(project: Project) -> bool:
    """Tell whether the overview still is what was drawn; a project without any screen may get one."""
    if not project.screens:
        return True
    own = _own_screens(project)
    shown = _shown(project)
    drawn = draw_overview([tag for tag in project.tags if tag.id in shown])
    present = {screen.id: screen for screen in project.screens}
    return own == {screen.id for screen in drawn.screens} and all(
        present[screen.id] == screen and project.elements[screen.id] == drawn.elements[screen.id]
        for screen in drawn.screens
    )


def _with_overview(project: Project, drawn: Drawn) -> Project:
    """Put the overview into a project in the place of its former one."""
    own = screen_ids()
    screens = [screen for screen in project.screens if screen.id not in own]
    elements = {screen: inner for screen, inner in project.elements.items() if screen not in own}
    entries = {derived_id("overview", "navigation", str(number)) for number in range(MOST_PAGES)}
    navigation = [item for item in project.navigation if item.id not in entries]
    present = {item.id: item for item in project.navigation}
    for item in drawn.navigation:
        old = present.get(item.id, item)  # its title and place may have been changed by hand
        navigation.append(msgspec.structs.replace(old, screens=item.screens))
    return replace(
        project,
        screens=tuple(sorted([*screens, *drawn.screens], key=lambda screen: screen.id)),
        elements={**elements, **drawn.elements},
        navigation=tuple(sorted(navigation, key=lambda item: item.id)),
    )
