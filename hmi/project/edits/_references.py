"""References to tags by path: found and rewritten in bindings, write rules and alarms. Called by `Rename`."""

from collections.abc import Callable
from dataclasses import replace as replace_field
from typing import Any

import msgspec
from msgspec.structs import replace

from hmi.expression import rename_reference
from hmi.model.alarm import Alarm
from hmi.model.errors import ExpressionError
from hmi.model.project import Project
from hmi.model.screen import Element
from hmi.model.tag import Instance, TagType, WriteRules
from hmi.project._encode import plain

_NO_RULES = WriteRules()


def references_renamed(project: Project, pairs: list[tuple[str, str]]) -> Project:
    """Rewrite the references to tags.

    Args:
        project: the tags themselves have their new paths already.
        pairs: path before and after, of each tag.
    """
    paths = dict(pairs)

    def source(written: str) -> str:
        for old, new in pairs:
            if old in written:
                try:
                    written = rename_reference(written, old, new)
                except ExpressionError:
                    return written  # does not even fall into words: the check names it, and it refers to nothing
        return written

    def with_rules(item: Any) -> Any:
        if item.rules == _NO_RULES:
            return item
        rules = _rules_renamed(item.rules, paths, source)
        return replace(item, rules=rules) if rules != item.rules else item

    def of_type(one: TagType) -> TagType:
        members = tuple(map(with_rules, one.members))
        return replace(one, members=members) if members != one.members else one

    def of_instance(one: Instance) -> Instance:
        overrides = {name: _override_renamed(raw, paths, source) for name, raw in one.overrides.items()}
        return replace(one, overrides=overrides) if overrides != one.overrides else one

    def of_alarm(alarm: Alarm) -> Alarm:
        return _alarm_renamed(alarm, paths[alarm.tag]) if alarm.tag in paths else alarm

    return replace_field(
        project,
        elements=_bindings_changed(project, source),
        tags=tuple(map(with_rules, project.tags)),
        types=tuple(map(of_type, project.types)),
        instances=tuple(map(of_instance, project.instances)),
        alarms=tuple(map(of_alarm, project.alarms)),
    )


def _alarm_renamed(alarm: Alarm, tag: str) -> Alarm:
    """Let an alarm follow its tag; its own name follows where it is made of the tag's."""
    begins = f"{alarm.tag}:"
    path = f"{tag}:{alarm.path[len(begins) :]}" if alarm.path.startswith(begins) else alarm.path
    return replace(alarm, tag=tag, path=path)


def _rules_renamed(rules: WriteRules, paths: dict[str, str], source: Callable[[str], str]) -> WriteRules:
    """Rewrite what write rules refer to."""
    interlocks = tuple(replace(lock, condition=source(lock.condition)) for lock in rules.interlocks)
    ramp = rules.ramp
    if ramp is not None:
        ramp = replace(ramp, working=paths.get(ramp.working, ramp.working), rate=paths.get(ramp.rate, ramp.rate))
    return replace(rules, interlocks=interlocks, ramp=ramp, read_back=paths.get(rules.read_back, rules.read_back))


def _override_renamed(raw: msgspec.Raw, paths: dict[str, str], source: Callable[[str], str]) -> msgspec.Raw:
    """Rewrite the write rules of one member's override."""
    if b'"rules"' not in bytes(raw):
        return raw
    try:
        fields = msgspec.json.decode(bytes(raw), type=dict[str, Any])
        rules = msgspec.convert(fields["rules"], WriteRules)
    except (msgspec.MsgspecError, ValueError, KeyError):
        return raw
    renamed = _rules_renamed(rules, paths, source)
    return raw if renamed == rules else msgspec.Raw(msgspec.json.encode({**fields, "rules": plain(renamed)}))


def _bindings_changed(project: Project, rewritten: Callable[[str], str]) -> dict[str, tuple[Element, ...]]:
    """Give all elements with their bindings rewritten; what does not change stays the same object."""

    def changed(element: Element) -> Element:
        bind = {slot: rewritten(source) for slot, source in element.bind.items()}
        return replace(element, bind=bind) if bind != element.bind else element

    return {screen: tuple(map(changed, elements)) for screen, elements in project.elements.items()}
