"""Screens: elements, their families, properties and bindings; parents and navigation."""

from dataclasses import dataclass

from hmi.expression import Expression, compile_expression
from hmi.model.errors import ExpressionError, ProjectError
from hmi.model.health import health_tags
from hmi.model.project import Project
from hmi.model.screen import Element, Screen
from hmi.model.symbols import FAMILIES
from hmi.model.symbols.props import decode_props
from hmi.model.symbols.schema import SymbolFamily
from hmi.project._kinds import PROJECT_FILE, header_key
from hmi.project._problem import Severity
from hmi.project._read import element_key
from hmi.project.check._findings import Findings

LARGEST = 16_384
"""Largest width and height of a screen, pixels."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a binding may refer to, and the expressions compiled so far: one often stands on many elements."""

    paths: frozenset[str]
    compiled: dict[str, Expression | ExpressionError]

    def compile(self, source: str) -> Expression | ExpressionError:
        """Compile a source once."""
        found = self.compiled.get(source)
        if found is None:
            try:
                found = compile_expression(source)
            except ExpressionError as error:
                found = error
            self.compiled[source] = found
        return found


def check_screens(project: Project, findings: Findings) -> None:
    """Check all screens with their elements."""
    known = _Known(frozenset(project.tags_by_path) | {tag.path for tag in health_tags(project)}, {})
    for screen in project.screens:
        if screen.parent and screen.parent not in project.screens_by_path:
            findings.error(screen.id, f"{screen.path}: $.parent", "unknown_screen", "screen", screen=screen.parent)
        if not (0 < screen.width <= LARGEST and 0 < screen.height <= LARGEST):
            findings.error(screen.id, f"{screen.path}: $.width", "outside", "range", low=1, high=LARGEST)
        if not 1 <= screen.level <= 4:
            findings.error(screen.id, f"{screen.path}: $.level", "outside", "range", low=1, high=4)
        for element in project.elements.get(screen.id, ()):
            _check_element(screen, element, known, findings)


def check_navigation(project: Project, findings: Findings) -> None:
    """Check that the navigation leads somewhere."""
    for item in project.navigation:
        place = item.title.en or item.title.zh or item.id
        if not item.screens:
            findings.warning(item.id, place, "no_screen", "navigation")
        for path in item.screens:
            if path not in project.screens_by_path:
                findings.error(item.id, place, "unknown_screen", "screen", screen=path)
    start = project.header.start
    if start and all(item.id != start for item in project.navigation):
        findings.error(header_key("$.start"), "$.start", "unknown_start", "start", id=start)
    if project.screens and not project.navigation:
        findings.warning(PROJECT_FILE, "", "no_navigation", "navigation")


def _check_element(screen: Screen, element: Element, known: _Known, findings: Findings) -> None:
    """Check one element."""
    key = element_key(screen.id, element.id)
    place = f"{screen.path}: {element.type} {element.id}"
    x, y, width, height = element.at
    if width <= 0 or height <= 0:
        findings.error(key, f"{place} $.at", "no_size", "size")
    elif x + width <= 0 or y + height <= 0 or x >= screen.width or y >= screen.height:
        findings.warning(key, f"{place} $.at", "outside_screen", "outside_screen")
    elif x < 0 or y < 0 or x + width > screen.width or y + height > screen.height:
        findings.warning(key, f"{place} $.at", "over_edge", "outside_screen")
    family = FAMILIES.get(element.type)
    if family is None:
        findings.warning(key, place, "unknown_family", "family", family=element.type)
    else:
        _check_family(element, family, key, place, findings)
    for slot, source in element.bind.items():
        _check_binding(source, family, slot, key, f"{place}.{slot}", known, findings)


def _check_family(element: Element, family: SymbolFamily, key: str, place: str, findings: Findings) -> None:
    """Check the properties, and that all that must be bound is."""
    try:
        decode_props(family, element.props)
    except ProjectError as error:
        findings.add(Severity.ERROR, key, f"{place} $.props", error.reason, "props")
    for slot in family.slots:
        if slot.required and not element.bind.get(slot.name):
            findings.warning(key, f"{place}.{slot.name}", "slot_unbound", "bind", slot=slot.name)


def _check_binding(
    source: str, family: SymbolFamily | None, slot: str, key: str, place: str, known: _Known, findings: Findings
) -> None:
    """Check one binding."""
    found = known.compile(source)
    if isinstance(found, ExpressionError):
        findings.add(Severity.ERROR, key, place, found.reason, "expression")
        return
    for path in found.references:
        if path not in known.paths:
            findings.error(key, place, "unknown_tag", "tag", tag=path)
    if family is None:
        return
    declared = family.slots_by_name.get(slot)
    if declared is None:
        findings.error(key, place, "unknown_slot", "slot", slot=slot, family=family.name)
    elif declared.writes and not _is_plain(source):
        findings.error(key, place, "slot_not_plain", "plain", slot=slot)


def _is_plain(source: str) -> bool:
    """Tell whether a source is one reference and nothing else."""
    stripped = source.strip()
    return stripped.startswith("{") and stripped.find("}") == len(stripped) - 1
