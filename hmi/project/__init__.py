"""Project files: read, write, migrate, check, edit, compare and merge.

Headless; used by engine, window and command line.

A project is a folder of small text files (`resources/help/en/project-files.md`): `project.json` and JSON Lines under
`devices/ types/ tags/ screens/ navigation/ alarms/`. Reading never raises for bad content: it gives what could be read
and a list of problems. `hmi.project.edits` holds every change as a value; `hmi.project.imports` makes projects from
foreign lists.
"""

from hmi.project._checking import check_folder, check_project
from hmi.project._encode import encode_props
from hmi.project._expand import expand
from hmi.project._expand_alarms import completed, expand_alarms
from hmi.project._problem import Problem, ReadResult, Severity, Spot, has_errors, sorted_problems
from hmi.project._read import element_key, read_project
from hmi.project._write import write_project

__all__ = [
    "Problem",
    "ReadResult",
    "Severity",
    "Spot",
    "check_folder",
    "check_project",
    "completed",
    "element_key",
    "encode_props",
    "expand",
    "expand_alarms",
    "has_errors",
    "read_project",
    "sorted_problems",
    "write_project",
]
