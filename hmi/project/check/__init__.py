"""The check of a project: everything that can be found without a device.

Used by `hmi check`, apply and the editor; headless.

The reader finds what is wrong with lines and instances, this finds what is wrong between items. One file a subject:
`_names`, `_devices`, `_tags`, `_rules`, `_alarms`, `_screens`; a rule adds to `Findings` and never raises.
"""

from collections.abc import Mapping
from pathlib import Path

from hmi.model.project import Project
from hmi.project._problem import Problem, ReadResult, Spot, sorted_problems
from hmi.project._read import read_project
from hmi.project.check._alarms import check_alarms
from hmi.project.check._devices import check_devices, check_scan_classes
from hmi.project.check._findings import Findings
from hmi.project.check._names import check_names
from hmi.project.check._rules import check_rules
from hmi.project.check._screens import check_navigation, check_screens
from hmi.project.check._tags import check_tags

__all__ = ["check_folder", "check_project"]


def check_project(project: Project, spots: Mapping[str, Spot] | None = None) -> tuple[Problem, ...]:
    """Check a project in memory.

    Args:
        project: as read or edited.
        spots: where its items stand (`ReadResult.spots`); without them problems carry a place but no line.

    Returns:
        What was found, in the order of the files. Faults of instances are the reader's (`expand`).
    """
    findings = Findings(project, spots or {})
    check_names(project, findings)
    check_scan_classes(project, findings)
    check_devices(project, findings)
    check_tags(project, findings)
    check_rules(project, findings)
    check_alarms(project, findings)
    check_screens(project, findings)
    check_navigation(project, findings)
    return sorted_problems(findings.problems)


def check_folder(folder: Path) -> ReadResult:
    """Read and check a project folder; the problems of both stand in the result."""
    result = read_project(folder)
    if result.project is None:
        return result
    found = check_project(result.project, result.spots)
    return ReadResult(result.project, sorted_problems([*result.problems, *found]), result.spots)
