"""Makes the tags that instances of types bring; `_expand_alarms` makes their alarms.

Called by the reader and by edits that touch types or instances; pure.
"""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from hmi.model.errors import ExpressionError
from hmi.model.ident import derived_id
from hmi.model.project import Project
from hmi.model.reason import Argument, reason
from hmi.model.tag import Instance, Member, Parameter, Tag, TagFields, TagType, WriteRules
from hmi.model.text import Text
from hmi.project._encode import plain
from hmi.project._lines import decode_line
from hmi.project._problem import Problem, Severity, Spot

MOST_TAGS = 1_000_000
"""Most tags that all instances together may bring: a few short lines could otherwise ask for billions."""
TEXT_CHARACTERS = 4096
"""Longest text after its gaps are filled."""
_GAP = re.compile(r"\$(\$|\w+)")
_MEMBER = msgspec.json.Decoder(Member)
_OVERRIDE = msgspec.json.Decoder(dict[str, Any])
_SHARED = TagFields.__struct_fields__
_NO_RULES = WriteRules()
_OWN = "./"


class Refused(Exception):
    """An instance, or one member of it, that cannot be expanded."""

    def __init__(self, code: str, mend: str, **arguments: Argument) -> None:
        super().__init__(code)
        self.code, self.mend, self.arguments = code, mend, arguments


class Note(Protocol):
    """Takes what is wrong with an instance, or with one part of it."""

    def __call__(self, instance: Instance, refused: Refused, part: str = "") -> None:
        """Keep it."""
        ...


class Use(msgspec.Struct, frozen=True):
    """One instance with its type and the values of its parameters."""

    instance: Instance
    of: TagType
    values: Mapping[str, str]


def expand(project: Project, spots: Mapping[str, Spot] | None = None) -> tuple[tuple[Tag, ...], tuple[Problem, ...]]:
    """Expand all instances of a project.

    Args:
        project: its types and instances are read; its `expanded` is not.
        spots: where items stand, for the problems.

    Returns:
        The tags sorted by id, and what cannot be expanded: the instance, or the one member that is at fault.
    """
    types = {one.path: one for one in project.types}
    taken = {tag.id for tag in project.tags}
    tags: list[Tag] = []
    problems: list[Problem] = []
    note: Note = partial(note_problem, problems, spots or {})
    for instance in project.instances:
        try:
            use = use_of(instance, types)
        except Refused as refused:
            note(instance, refused)
            continue
        for member in _members(use, note):
            tag = _tag_of(use, member, note)
            if tag is None:
                continue
            if len(tags) >= MOST_TAGS:
                note(instance, Refused("too_many_tags", "too_large", limit=MOST_TAGS))
                return tuple(sorted(tags, key=lambda tag: tag.id)), tuple(problems)
            if tag.id in taken:
                note(instance, Refused("duplicate_id", "duplicate_id", id=tag.id), member.name)
                continue
            taken.add(tag.id)
            tags.append(tag)
    return tuple(sorted(tags, key=lambda tag: tag.id)), tuple(problems)


def note_problem(
    problems: list[Problem], spots: Mapping[str, Spot], instance: Instance, refused: Refused, part: str = ""
) -> None:
    """Add a problem of an instance."""
    spot = spots.get(instance.id, Spot("", 0))
    problems.append(
        Problem(
            severity=Severity.ERROR,
            file=spot.file,
            line=spot.line,
            place=f"{instance.path}.{part}" if part else instance.path,
            reason=reason(f"project.{refused.code}", **refused.arguments),
            mend=reason(f"project.mend.{refused.mend}"),
        )
    )


def use_of(instance: Instance, types: Mapping[str, TagType]) -> Use:
    """Find the type and settle the parameters."""
    of = types.get(instance.of)
    if of is None:
        raise Refused("unknown_type", "unknown_type", type=instance.of)
    known = {parameter.name for parameter in of.parameters}
    for name in instance.parameters:
        if name not in known:
            raise Refused("unknown_parameter", "parameter", parameter=name, type=of.path)
    members = {member.name for member in of.members}
    for name in instance.overrides:
        if name not in members:
            raise Refused("unknown_member", "override", member=name, type=of.path)
    return Use(instance, of, {parameter.name: _value_of(parameter, instance) for parameter in of.parameters})


def _value_of(parameter: Parameter, instance: Instance) -> str:
    """Give the value of a parameter after checking its type and range."""
    value = instance.parameters.get(parameter.name, parameter.default)
    if value is None:
        raise Refused("missing_parameter", "parameter", parameter=parameter.name)
    if parameter.number:
        try:
            number = float(value)
        except ValueError:
            raise Refused("parameter_no_number", "parameter", parameter=parameter.name, value=value) from None
        low = parameter.low if parameter.low is not None else float("-inf")
        high = parameter.high if parameter.high is not None else float("inf")
        if not low <= number <= high:
            raise Refused("parameter_range", "parameter", parameter=parameter.name, value=value, low=low, high=high)
    return value


def _members(use: Use, note: Note) -> Iterable[Member]:
    """Give the members with their overrides."""
    for member in use.of.members:
        override = use.instance.overrides.get(member.name)
        if override is None:
            yield member
            continue
        fields, wrong = decode_line(bytes(override), _OVERRIDE)
        if wrong is None:
            merged = msgspec.json.encode({**plain(member), **fields, "name": member.name})
            changed, wrong = decode_line(merged, _MEMBER)
        if wrong is None:
            yield changed
        else:
            note(use.instance, Refused("bad_override", "override", member=member.name, place=wrong.place), member.name)


def _tag_of(use: Use, member: Member, note: Note) -> Tag | None:
    """Make the tag of one member."""
    fields = {name: getattr(member, name) for name in _SHARED}
    try:
        for name, value in fields.items():
            fields[name] = filled(value, use.values)
    except Refused as refused:
        note(use.instance, refused, member.name)
        return None
    except KeyError as error:
        note(use.instance, Refused("unknown_gap", "gap", name=str(error.args[0])), member.name)
        return None
    if fields["rules"] != _NO_RULES:
        fields["rules"] = _own_rules(fields["rules"], use.instance.path)
    path = f"{use.instance.path}.{member.name}"
    return Tag(id=derived_id(use.instance.id, member.name), path=path, **fields)


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """Fill the gaps `$name` of a text (`$$` is one `$`); anything else stays as it is."""
    if isinstance(value, str):
        if "$" not in value:
            return value
        if len(value) + value.count("$") * max(map(len, values.values()), default=0) > TEXT_CHARACTERS:
            raise Refused("filled_too_long", "gap_length", limit=TEXT_CHARACTERS)
        return _GAP.sub(lambda gap: "$" if gap[1] == "$" else values[gap[1]], value)
    if isinstance(value, Text):
        return Text(zh=filled(value.zh, values), en=filled(value.en, values)) if value else value
    if isinstance(value, dict):
        return {key: filled(inner, values) for key, inner in value.items()}
    if isinstance(value, WriteRules) and value != _NO_RULES:
        return _filled_rules(value, values)
    return value


def _filled_rules(rules: WriteRules, values: Mapping[str, str]) -> WriteRules:
    """Fill the gaps of all texts of write rules."""
    interlocks = tuple(
        replace(lock, condition=filled(lock.condition, values), title=filled(lock.title, values))
        for lock in rules.interlocks
    )
    ramp = rules.ramp
    if ramp is not None:
        ramp = replace(ramp, working=filled(ramp.working, values), rate=filled(ramp.rate, values))
    return replace(rules, interlocks=interlocks, ramp=ramp, read_back=filled(rules.read_back, values))


def _own_rules(rules: WriteRules, base: str) -> WriteRules:
    """Let `./Level` in write rules be the member of this instance."""
    ramp = rules.ramp
    if ramp is not None:
        ramp = replace(ramp, working=_own_path(ramp.working, base), rate=_own_path(ramp.rate, base))
    interlocks = tuple(replace(lock, condition=_own_source(lock.condition, base)) for lock in rules.interlocks)
    return replace(rules, interlocks=interlocks, ramp=ramp, read_back=_own_path(rules.read_back, base))


def _own_path(path: str, base: str) -> str:
    return f"{base}.{path[len(_OWN) :]}" if path.startswith(_OWN) else path


def _own_source(source: str, base: str) -> str:
    """Rewrite the references `{./Level}`; a source that does not fall into words stays, and the check names it."""
    if "{" + _OWN not in source:
        return source
    from hmi.expression import references_of, rename_reference  # only for who needs it: it costs 50 ms of a start

    try:
        for path in references_of(source):
            if path.startswith(_OWN):
                source = rename_reference(source, path, _own_path(path, base))
    except ExpressionError:
        pass
    return source
