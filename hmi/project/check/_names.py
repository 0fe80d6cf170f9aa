"""Names and paths: their form, and that each stands once."""

from collections.abc import Callable, Iterable

from hmi.model.health import health_tags
from hmi.model.project import Project
from hmi.project._kinds import header_key
from hmi.project.check._findings import Findings
from hmi.project.names import is_member_name, is_name, is_path

_Named = Iterable[tuple[str, str]]
"""(id, name) pairs."""


def check_names(project: Project, findings: Findings) -> None:
    """Check all names and paths of a project."""
    instance_paths = {instance.path for instance in project.instances}
    _check(((tag.id, tag.path) for tag in project.all_tags), is_path, "path", findings)
    _check(((one.id, one.name) for one in project.devices), is_name, "name", findings)
    _check(((one.id, one.path) for one in project.types), is_path, "path", findings)
    _check(((one.id, one.path) for one in project.instances), is_path, "path", findings)
    _check(((one.id, one.path) for one in project.screens), is_path, "path", findings)
    scans = enumerate(project.header.scan_classes)
    _check(((header_key(f"$.scan_classes[{at}].name"), one.name) for at, one in scans), is_name, "name", findings)
    own = {tag.path for tag in health_tags(project)}
    for tag in project.all_tags:
        if tag.path in instance_paths:
            findings.error(tag.id, tag.path, "path_twice", "path_twice", path=tag.path)
        if tag.path in own:
            findings.error(tag.id, tag.path, "path_reserved", "path_twice", path=tag.path)
    for one in project.types:
        _check(((one.id, member.name) for member in one.members), is_member_name, "name", findings)
        _check(((one.id, parameter.name) for parameter in one.parameters), str.isidentifier, "parameter_name", findings)


def _check(named: _Named, valid: Callable[[str], bool], what: str, findings: Findings) -> None:
    """Check one list of names."""
    seen: set[str] = set()
    for key, name in named:
        if not valid(name):
            findings.error(key, name[:80], f"bad_{what}", what, name=name[:80])
        if name in seen:
            findings.error(key, name, "path_twice", "path_twice", path=name)
        seen.add(name)
