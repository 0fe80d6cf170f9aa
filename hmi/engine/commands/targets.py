"""What may be written, of one plant: each tag with its compiled interlocks and the tag that tells the result.

Made anew at every apply; a tag is prepared when it is first asked for, and then once. Event loop.
"""

from dataclasses import dataclass

from hmi.engine.plant import Plant, PlantTag
from hmi.expression import Expression, compile_expression
from hmi.model.errors import ExpressionError
from hmi.model.ident import number_of_id
from hmi.model.tag import Interlock, WriteRules

VALUE = "value"
"""What the wish is called in the condition of an interlock, with or without braces."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One interlock, ready to be tested."""

    interlock: Interlock
    expression: Expression | None
    """None when its source cannot be compiled: then it always refuses."""
    inputs: tuple[int | None, ...]
    """For each reference the number of its tag's id; None for the wish."""
    missing: str = ""
    """Path of an input that is not in the project; then it always refuses."""


@dataclass(frozen=True, slots=True)
class Target:
    """A tag that somebody wants to write."""

    tag: PlantTag
    conditions: tuple[Condition, ...]
    told_by: PlantTag | None
    """The tag that is read back: itself, or the one of `rules.read_back`; None when that is not in the project."""

    @property
    def rules(self) -> WriteRules:
        """How it is to be written."""
        return self.tag.tag.rules

    @property
    def device(self) -> str:
        """Name of its device; empty when it has none."""
        return self.tag.tag.device

    @property
    def address(self) -> str:
        """Where it lies, in the one spelling of the protocol; empty when it cannot be read."""
        return str(self.tag.point.canonical) if self.tag.point is not None else ""


class Targets:
    """The tags of one plant."""

    def __init__(self, plant: Plant) -> None:
        """Take a plant."""
        self._tags = {tag.tag.id: tag for tag in plant.tags}
        self._by_path = plant.project.tags_by_path
        self._prepared: dict[str, Target] = {}

    def find(self, ident: str) -> Target | None:
        """Give a tag by its id, prepared; None when the project has none of that id."""
        target = self._prepared.get(ident)
        if target is None and (tag := self._tags.get(ident)) is not None:
            target = self._prepared[ident] = self._prepare(tag)
        return target

    def _prepare(self, tag: PlantTag) -> Target:
        rules = tag.tag.rules
        conditions = tuple(self._condition(interlock) for interlock in rules.interlocks)
        told_by: PlantTag | None = tag
        if rules.read_back:
            found = self._by_path.get(rules.read_back)
            told_by = self._tags.get(found.id) if found is not None and found.device == tag.tag.device else None
            if told_by is not None and told_by.point is None:
                told_by = None
        return Target(tag, conditions, told_by)

    def _condition(self, interlock: Interlock) -> Condition:
        try:
            expression = compile_expression(interlock.condition, names=(VALUE,))
        except ExpressionError:
            return Condition(interlock, None, ())
        inputs: list[int | None] = []
        for path in expression.references:
            if path == VALUE:
                inputs.append(None)
            elif (tag := self._by_path.get(path)) is not None:
                inputs.append(number_of_id(tag.id))
            else:
                return Condition(interlock, expression, (), missing=path)
        return Condition(interlock, expression, tuple(inputs))
