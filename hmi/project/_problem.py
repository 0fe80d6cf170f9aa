"""What is wrong in a project, and where: the answer of reader and check.

Used by command line, engine and editor; pure.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

import msgspec

from hmi.model.project import Project
from hmi.model.reason import Reason


class Severity(StrEnum):
    """How bad a problem is."""

    ERROR = "error"
    """The project cannot be applied."""
    WARNING = "warning"
    """It can, but something will not do what its author expects."""
    HINT = "hint"
    """Worth a look, may well be meant so."""


class Spot(NamedTuple):
    """Where an item stands."""

    file: str
    """Relative to the project folder, with `/`."""
    line: int
    """From 1; 0 is the whole file."""


class Problem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One finding. `hmi.words` says `reason` and `mend`."""

    severity: Severity
    file: str
    """Relative to the project folder, with `/`; empty for the folder itself."""
    line: int = 0
    """From 1; 0 is the whole file."""
    place: str = ""
    """What it is about: a tag path, a device, `screen: element.slot`, or the place inside the item (`$.span.low`)."""
    reason: Reason
    mend: Reason
    """What to do about it."""


class ReadResult(msgspec.Struct, frozen=True):
    """What reading a folder gave: everything that could be read, and what could not."""

    project: Project | None
    """None when `project.json` itself cannot be used."""
    problems: tuple[Problem, ...] = ()
    spots: Mapping[str, Spot] = msgspec.field(default_factory=dict)
    """Id -> where it stands. Ids that instances bring stand where their instance does."""

    @property
    def broken(self) -> bool:
        """True when there is an error among the problems."""
        return has_errors(self.problems)


def has_errors(problems: Iterable[Problem]) -> bool:
    """Tell whether a project with these problems must not be applied."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def sorted_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Put problems in the order of their places in the files, the worse first within a line."""
    order = list(Severity)
    return tuple(
        sorted(problems, key=lambda one: (one.file, one.line, order.index(one.severity), one.place, one.reason.code))
    )
