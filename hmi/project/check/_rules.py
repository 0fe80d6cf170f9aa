"""Write rules of tags: expressions compile, tags exist, times and steps make sense, and somebody holds the right."""

from hmi.expression import compile_expression
from hmi.model.errors import ExpressionError
from hmi.model.health import health_tags
from hmi.model.project import Project
from hmi.model.tag import Tag, WriteRules
from hmi.project._problem import Severity
from hmi.project.check._findings import Findings

WRITTEN = "value"
"""In the condition of an interlock `value` or `{value}` is what is to be written."""
_NO_RULES = WriteRules()
_BOUNDS = {"deadline_ms": (100, 60_000), "watch_ms": (0, 600_000), "every_ms": (0, 600_000)}


def check_rules(project: Project, findings: Findings) -> None:
    """Check the write rules of all tags, those of instances included."""
    ruled = [tag for tag in project.all_tags if tag.rules != _NO_RULES]
    if not ruled:
        return
    known = {*project.tags_by_path, *(tag.path for tag in health_tags(project))}
    held = {right for role in project.header.roles for right in role.rights}
    for tag in ruled:
        place = f"{tag.path}: $.rules"
        if not tag.writable:
            findings.warning(tag.id, place, "rules_unused", "rules_unused")
        if tag.rules.right not in held:
            findings.warning(tag.id, f"{place}.right", "right_of_nobody", "right", right=tag.rules.right[:80])
        _check_numbers(tag, place, findings)
        _check_interlocks(tag, place, known, findings)
        ramp = tag.rules.ramp
        named = [("read_back", tag.rules.read_back)]
        if ramp is not None:
            named += [("ramp.working", ramp.working), ("ramp.rate", ramp.rate)]
        for field, path in named:
            if path and path not in known:
                findings.error(tag.id, f"{place}.{field}", "unknown_tag", "tag", tag=path[:200])


def _check_numbers(tag: Tag, place: str, findings: Findings) -> None:
    rules, ramp = tag.rules, tag.rules.ramp
    for field, (low, high) in _BOUNDS.items():
        if not low <= getattr(rules, field) <= high:
            findings.error(tag.id, f"{place}.{field}", "outside", "range", low=low, high=high)
    if rules.tolerance is not None and rules.tolerance < 0:
        findings.error(tag.id, f"{place}.tolerance", "negative", "negative")
    if rules.largest_step is not None and rules.largest_step <= 0:
        findings.error(tag.id, f"{place}.largest_step", "not_positive", "step")
    if ramp is not None and ramp.rate_per_min is not None and ramp.rate_per_min <= 0:
        findings.error(tag.id, f"{place}.ramp.rate_per_min", "not_positive", "step")


def _check_interlocks(tag: Tag, place: str, known: set[str], findings: Findings) -> None:
    """Check conditions; one that cannot be computed would refuse every write."""
    for number, lock in enumerate(tag.rules.interlocks):
        where = f"{place}.interlocks[{number}].condition"
        try:
            compiled = compile_expression(lock.condition, names=(WRITTEN,))
        except ExpressionError as error:
            findings.add(Severity.ERROR, tag.id, where, error.reason, "expression")
            continue
        for path in compiled.references:
            if path != WRITTEN and path not in known:
                findings.error(tag.id, where, "unknown_tag", "tag", tag=path)
        if not lock.title:
            findings.warning(tag.id, where, "interlock_without_words", "interlock_words")
