"""Gathers what the rules find, each with its place in the files. Used by all rule files of this package."""

from collections.abc import Mapping

from hmi.model.alarm import type_alarm_id
from hmi.model.ident import derived_id
from hmi.model.project import Project
from hmi.model.reason import Argument, Reason, reason
from hmi.project._kinds import PROJECT_FILE
from hmi.project._problem import Problem, Severity, Spot

_NOWHERE = Spot("", 0)


class Findings:
    """The problems found so far, and where each item stands."""

    def __init__(self, project: Project, spots: Mapping[str, Spot]) -> None:
        """Begin with none."""
        self.problems: list[Problem] = []
        self._spots = dict(spots)
        types = {one.path: one for one in project.types}
        for instance in project.instances:
            spot = spots.get(instance.id)
            if spot is not None:
                of = types.get(instance.of)
                for member in of.members if of is not None else ():
                    self._spots[derived_id(instance.id, member.name)] = spot
                for alarm in of.alarms if of is not None else ():
                    self._spots[type_alarm_id(instance.id, alarm.member, alarm.name)] = spot

    def error(self, key: str, place: str, code: str, mend: str, **arguments: Argument) -> None:
        """Add an error.

        Args:
            key: id of the item, or `element_key`, or `header_key`, or `PROJECT_FILE`.
            place: what it is about, for people.
            code: of the sentence, `project.CODE`.
            mend: of what to do about it, `project.mend.MEND`.
            arguments: of the sentence.
        """
        self.add(Severity.ERROR, key, place, reason(f"project.{code}", **arguments), mend)

    def warning(self, key: str, place: str, code: str, mend: str, **arguments: Argument) -> None:
        """Add a warning; see `error`."""
        self.add(Severity.WARNING, key, place, reason(f"project.{code}", **arguments), mend)

    def hint(self, key: str, place: str, code: str, mend: str, **arguments: Argument) -> None:
        """Add a hint; see `error`."""
        self.add(Severity.HINT, key, place, reason(f"project.{code}", **arguments), mend)

    def add(self, severity: Severity, key: str, place: str, why: Reason, mend: str) -> None:
        """Add a problem whose reason another room has made (an address, an expression)."""
        spot = self._spots.get(key) or (Spot(PROJECT_FILE, 1) if key.startswith(PROJECT_FILE) else _NOWHERE)
        self.problems.append(
            Problem(
                severity=severity,
                file=spot.file,
                line=spot.line,
                place=place,
                reason=why,
                mend=reason(f"project.mend.{mend}"),
            )
        )
