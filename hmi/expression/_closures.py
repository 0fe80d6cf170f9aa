"""Turns a checked tree into closures, once; an evaluation then only calls them. Called by `_expression`.

A closure takes the readings and gives a bare value when that is plainly good, otherwise a `Graded` one.
"""

from collections.abc import Callable, Sequence

from hmi.expression._arithmetic import negate, truth, whole
from hmi.expression._functions import FUNCTIONS
from hmi.expression._nodes import (
    Arithmetic,
    ArithmeticNode,
    CallNode,
    ComparisonNode,
    ConditionalNode,
    LiteralNode,
    Logic,
    LogicNode,
    NegateNode,
    Node,
    NotNode,
    ReferenceNode,
    first_reference,
)
from hmi.expression._operations import NUMBERS, SURELY_FINE, Operation, comparison, operation
from hmi.expression._quality import Graded, Operand, also, apply, decide, failed, grade
from hmi.model.quality import Cause, QualityClass, quality_class
from hmi.model.value import PresentValue, Reading

Readings = Sequence[Reading]
Closure = Callable[[Readings], Operand]


def closure_of(node: Node) -> Closure:
    """Make the closure of a node and of all below it."""
    match node:
        case LiteralNode():
            constant = node.value
            return lambda _readings: constant
        case ReferenceNode():
            return _reference(node)
        case NegateNode():
            return _applied(negate, (node.operand,), first_reference(node))
        case NotNode():
            return _not(node)
        case ArithmeticNode():
            return _arithmetic(node)
        case ComparisonNode():
            return _comparison(node)
        case LogicNode():
            return _logic(node)
        case ConditionalNode():
            return _conditional(node)
        case CallNode():
            return _call(node)


def _reference(node: ReferenceNode) -> Closure:
    index, path = node.index, node.path

    def run(readings: Readings) -> Operand:
        reading = readings[index]
        if not reading.status:
            value = reading.value
            kind = value.__class__
            # Small enough to be surely within the bounds (and no NaN): the usual case, without a further call.
            if kind is bool or (kind in NUMBERS and -SURELY_FINE <= value <= SURELY_FINE):  # type: ignore[operator]
                return value  # type: ignore[return-value]
        return grade(reading, path)

    return run


def _applied(compute: Callable[..., PresentValue], nodes: Sequence[Node], culprit: str | None) -> Closure:
    closures = [closure_of(node) for node in nodes]

    def run(readings: Readings) -> Operand:
        return apply(compute, [closure(readings) for closure in closures], culprit)

    return run


def _arithmetic(node: ArithmeticNode) -> Closure:
    first = closure_of(node.first)
    steps: list[tuple[Operation, Closure]] = []
    leftmost = first_reference(node.first)
    for operator, operand in node.rest:
        own = first_reference(operand)
        # A division is broken by its divisor, anything else by its leftmost tag.
        divides = operator in (Arithmetic.DIVIDE, Arithmetic.FLOOR_DIVIDE, Arithmetic.MODULO)
        culprit = own or leftmost if divides else leftmost or own
        steps.append((operation(operator, culprit), closure_of(operand)))
        leftmost = leftmost or own
    if len(steps) == 1:
        operate, second = steps[0]
        return lambda readings: operate(first(readings), second(readings))

    def run(readings: Readings) -> Operand:
        result = first(readings)
        for operate, operand in steps:
            result = operate(result, operand(readings))
        return result

    return run


def _comparison(node: ComparisonNode) -> Closure:
    first, culprit = closure_of(node.first), first_reference(node)
    steps = [(comparison(operator, culprit), closure_of(operand)) for operator, operand in node.rest]
    if len(steps) == 1:
        operate, second = steps[0]
        return lambda readings: operate(first(readings), second(readings))

    def run(readings: Readings) -> Operand:
        left = first(readings)
        links: list[Operand] = []
        for operate, operand in steps:
            right = operand(readings)
            links.append(operate(left, right))
            left = right
        return decide(links, False, culprit)

    return run


def _logic(node: LogicNode) -> Closure:
    closures = [closure_of(operand) for operand in node.operands]
    deciding, culprit = node.operator is Logic.OR, first_reference(node)
    if len(closures) == 2:
        first, second = closures

        def run_two(readings: Readings) -> Operand:
            left = first(readings)
            if left is deciding:
                return deciding
            right = second(readings)
            if right is deciding:
                return deciding
            if left.__class__ is bool and right.__class__ is bool:
                return not deciding
            return decide((left, right), deciding, culprit)

        return run_two

    def run(readings: Readings) -> Operand:
        operands: list[Operand] = []
        for closure in closures:
            operand = closure(readings)
            if operand is deciding:
                return deciding
            operands.append(operand)
        return decide(operands, deciding, culprit)

    return run


def _not(node: NotNode) -> Closure:
    operand, culprit = closure_of(node.operand), first_reference(node)

    def run(readings: Readings) -> Operand:
        value = operand(readings)
        return not value if value.__class__ is bool else apply(_opposite, (value,), culprit)

    return run


def _opposite(value: PresentValue) -> bool:
    return not truth(value)


def _conditional(node: ConditionalNode) -> Closure:
    condition, then, otherwise = closure_of(node.condition), closure_of(node.then), closure_of(node.otherwise)
    culprit = first_reference(node.condition)

    def run(readings: Readings) -> Operand:
        chosen = condition(readings)
        if chosen is True:
            return then(readings)
        if chosen is False:
            return otherwise(readings)
        chosen = apply(truth, (chosen,), culprit)
        value = chosen.value if isinstance(chosen, Graded) else chosen
        if value is None:
            return chosen
        return also((then if value else otherwise)(readings), chosen)

    return run


def _call(node: CallNode) -> Closure:
    if node.name in ("isgood", "quality"):
        return _quality(node)
    if node.name == "select":
        return _select(node)
    compute = FUNCTIONS[node.name].compute
    if compute is None:
        message = f"the function {node.name} has no meaning"
        raise LookupError(message)
    return _applied(compute, node.arguments, first_reference(node))


def _quality(node: CallNode) -> Closure:
    """Make `isgood(x)` and `quality(x)`: they use the quality up, so their result is always good."""
    operand = closure_of(node.arguments[0])
    asks_good = node.name == "isgood"

    def run(readings: Readings) -> Operand:
        value = operand(readings)
        severity = quality_class(value.status) if isinstance(value, Graded) else QualityClass.GOOD
        return severity is QualityClass.GOOD if asks_good else int(severity)

    return run


def _select(node: CallNode) -> Closure:
    """Make `select(index, a, b, ...)`, which counts from 0 and evaluates only what it chooses."""
    index, *choices = (closure_of(argument) for argument in node.arguments)
    culprit = first_reference(node.arguments[0])

    def run(readings: Readings) -> Operand:
        chosen = apply(whole, (index(readings),), culprit)
        value = chosen.value if isinstance(chosen, Graded) else chosen
        if not isinstance(value, int):
            return chosen
        if not 0 <= value < len(choices):
            return failed(Cause.OUTSIDE_DOMAIN, culprit)
        return also(choices[value](readings), chosen)

    return run
