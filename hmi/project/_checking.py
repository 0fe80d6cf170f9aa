"""The check by its short name, imported only when asked for: it brings expressions, symbols and protocols along.

That is 50 ms of every start that reads a project and does not check it.
"""

from collections.abc import Mapping
from pathlib import Path

from hmi.model.project import Project
from hmi.project._problem import Problem, ReadResult, Spot


def check_project(project: Project, spots: Mapping[str, Spot] | None = None) -> tuple[Problem, ...]:
    """Check a project in memory; see `hmi.project.check.check_project`."""
    from hmi.project import check

    return check.check_project(project, spots)


def check_folder(folder: Path) -> ReadResult:
    """Read and check a project folder; see `hmi.project.check.check_folder`."""
    from hmi.project import check

    return check.check_folder(folder)
