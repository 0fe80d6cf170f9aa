"""Finds before the first evaluation what can never fit together: a text where a number must be, a nesting too deep.

Called by the compiler. A tag has no kind of its own here (`Kind.ANY`), so what depends on it shows at evaluation as a
bad result.
"""

from hmi.expression import bounds
from hmi.expression._functions import FUNCTIONS, Kind
from hmi.expression._nodes import (
    Arithmetic,
    ArithmeticNode,
    CallNode,
    ComparisonNode,
    ConditionalNode,
    LiteralNode,
    LogicNode,
    NegateNode,
    Node,
    NotNode,
    ReferenceNode,
    children,
)
from hmi.model.errors import ExpressionError


def kind_of(node: Node, depth: int = 1) -> Kind:
    """Give the kind of a node's value after checking everything below it.

    Args:
        node: the tree.
        depth: how deep the node lies in the whole expression, from 1.

    Raises:
        ExpressionError: the first operand, from left to right, that does not fit; or more than `bounds.DEPTH` levels.
    """
    if depth > bounds.DEPTH:
        raise ExpressionError("expression.too_deep", column=node.column, limit=bounds.DEPTH)
    below = [kind_of(child, depth + 1) for child in children(node)]
    match node:
        case LiteralNode():
            return _kind_of_literal(node)
        case ReferenceNode():
            return Kind.ANY
        case NegateNode():
            _refuse_text(below[0], node.operand, "-")
            return Kind.NUMBER
        case NotNode():
            _refuse_text(below[0], node.operand, "not")
            return Kind.BOOLEAN
        case ArithmeticNode():
            return _kind_of_chain(node, below)
        case ComparisonNode():
            _check_comparison(node, below)
            return Kind.BOOLEAN
        case LogicNode():
            for kind, operand in zip(below, node.operands, strict=True):
                _refuse_text(kind, operand, node.operator)
            return Kind.BOOLEAN
        case ConditionalNode():
            _refuse_text(below[0], node.condition, "if")
            return _common(below[1:])
        case CallNode():
            return _kind_of_call(node, below)


def _kind_of_literal(node: LiteralNode) -> Kind:
    if isinstance(node.value, bool):
        return Kind.BOOLEAN
    return Kind.TEXT if isinstance(node.value, str) else Kind.NUMBER


def _refuse_text(kind: Kind, operand: Node, operator: str) -> None:
    if kind is Kind.TEXT:
        raise ExpressionError("expression.text_as_number", column=operand.column, operator=operator)


def _kind_of_chain(node: ArithmeticNode, below: list[Kind]) -> Kind:
    """Check a chain step by step, since `+` may join texts but no other operator takes one."""
    kind = below[0]
    left = node.first
    for (operator, right), other in zip(node.rest, below[1:], strict=True):
        if operator is Arithmetic.ADD and Kind.TEXT in (kind, other):
            for one, operand in ((kind, left), (other, right)):
                if one in (Kind.NUMBER, Kind.BOOLEAN):
                    raise ExpressionError("expression.text_with_number", column=operand.column, operator=operator)
            kind = Kind.TEXT
        else:
            _refuse_text(kind, left, operator)
            _refuse_text(other, right, operator)
            joins = operator is Arithmetic.ADD and kind is Kind.ANY and other is Kind.ANY
            kind = Kind.ANY if joins else Kind.NUMBER
        left = right
    return kind


def _check_comparison(node: ComparisonNode, below: list[Kind]) -> None:
    for (operator, right), left_kind, right_kind in zip(node.rest, below, below[1:], strict=False):
        kinds = {left_kind, right_kind}
        if Kind.TEXT in kinds and kinds & {Kind.NUMBER, Kind.BOOLEAN}:
            raise ExpressionError("expression.text_with_number", column=right.column, operator=operator)


def _kind_of_call(node: CallNode, below: list[Kind]) -> Kind:
    function = FUNCTIONS[node.name]
    for position, (kind, argument) in enumerate(zip(below, node.arguments, strict=True)):
        wanted = function.parameter(position)
        if wanted is Kind.TEXT and kind in (Kind.NUMBER, Kind.BOOLEAN):
            raise ExpressionError("expression.number_as_text", column=argument.column, name=node.name)
        if wanted in (Kind.NUMBER, Kind.BOOLEAN):
            _refuse_text(kind, argument, node.name)
    if node.name == "text" and len(below) == 2:
        _refuse_text(below[0], node.arguments[0], node.name)
    return _common(below[1:]) if node.name == "select" else function.result


def _common(kinds: list[Kind]) -> Kind:
    """Give the one kind of several branches, or ANY."""
    return kinds[0] if len(set(kinds)) == 1 else Kind.ANY
