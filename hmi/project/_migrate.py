"""Brings lines of older formats to the present one, dict to dict, before they are decoded. Called by the reader.

Each step lifts one format: `_STEPS[n]` makes format n + 1 of format n. A changed default is a step, too: what the old
default meant is then written out. Every released format stays as a fixture in `tests/project/fixtures/`.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from hmi.model.project import FORMAT
from hmi.project import _format_0
from hmi.project._kinds import Kind
from hmi.project._lines import Fault, fault

Fields = dict[str, Any]


class Step(msgspec.Struct, frozen=True):
    """One step from a format to the next: each function takes and gives the fields of an object."""

    project: Callable[[Fields], Fields]
    header: Callable[[Fields, Kind], Fields]
    item: Callable[[Fields, Kind], Fields]


_STEPS: tuple[Step, ...] = (Step(_format_0.project, _format_0.header, _format_0.item),)


def migrated_project(line: bytes, form: int) -> tuple[bytes, Fault | None]:
    """Lift `project.json` from an older format."""
    return _lifted(line, form, lambda step, fields: step.project(fields))


def migrated_header(line: bytes, form: int, kind: Kind) -> tuple[bytes, Fault | None]:
    """Lift the header of a file."""
    return _lifted(line, form, lambda step, fields: step.header(fields, kind))


def migrated_item(line: bytes, form: int, kind: Kind) -> tuple[bytes, Fault | None]:
    """Lift one item."""
    return _lifted(line, form, lambda step, fields: step.item(fields, kind))


def _lifted(line: bytes, form: int, lift: Callable[[Step, Fields], Fields]) -> tuple[bytes, Fault | None]:
    """Run the steps; what does not even have the old format's own form is a fault of the line, not an exception."""
    fields = msgspec.json.decode(line, type=dict[str, Any])
    try:
        for step in _STEPS[form:FORMAT]:
            fields = lift(step, fields)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return line, fault("not_migrated", mend="item", format=form, message=f"{type(error).__name__}: {error}")
    return msgspec.json.encode(fields), None
