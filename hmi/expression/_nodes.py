"""The tree of a parsed expression. Made by the parser, read by the check and the compiler; never saved.

Chains of one precedence (`a + b - c`) are one node, so that a long sum is wide and not deep.
"""

from enum import StrEnum

import msgspec


class Arithmetic(StrEnum):
    """Operators that make a number of numbers (`+` also joins texts)."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    FLOOR_DIVIDE = "//"
    MODULO = "%"
    POWER = "**"


class Comparison(StrEnum):
    """Operators that make a truth of two numbers or of two texts."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


class Logic(StrEnum):
    """Operators of three-valued logic."""

    AND = "and"
    OR = "or"


class LiteralNode(msgspec.Struct, frozen=True):
    """A number, truth or text as written."""

    column: int
    value: bool | int | float | str


class ReferenceNode(msgspec.Struct, frozen=True):
    """A tag; `index` is its place in the references of the expression."""

    column: int
    index: int
    path: str


class NegateNode(msgspec.Struct, frozen=True):
    """Minus before an operand."""

    column: int
    operand: "Node"


class NotNode(msgspec.Struct, frozen=True):
    """Logical not."""

    column: int
    operand: "Node"


class ArithmeticNode(msgspec.Struct, frozen=True):
    """A chain of arithmetic, from left to right (`**` never chains: it binds from the right)."""

    column: int
    first: "Node"
    rest: tuple[tuple[Arithmetic, "Node"], ...]


class ComparisonNode(msgspec.Struct, frozen=True):
    """`a < b`, or the chain `a < b < c`, which means `a < b and b < c` with b evaluated once."""

    column: int
    first: "Node"
    rest: tuple[tuple[Comparison, "Node"], ...]


class LogicNode(msgspec.Struct, frozen=True):
    """`and` or `or` over two or more operands."""

    column: int
    operator: Logic
    operands: tuple["Node", ...]


class ConditionalNode(msgspec.Struct, frozen=True):
    """`then if condition else otherwise`, also written `if(condition, then, otherwise)`."""

    column: int
    condition: "Node"
    then: "Node"
    otherwise: "Node"


class CallNode(msgspec.Struct, frozen=True):
    """A call of a function of the table."""

    column: int
    name: str
    arguments: tuple["Node", ...]


Node = (
    LiteralNode
    | ReferenceNode
    | NegateNode
    | NotNode
    | ArithmeticNode
    | ComparisonNode
    | LogicNode
    | ConditionalNode
    | CallNode
)


def children(node: Node) -> tuple[Node, ...]:
    """Give the operands of a node, from left to right."""
    match node:
        case LiteralNode() | ReferenceNode():
            return ()
        case NegateNode() | NotNode():
            return (node.operand,)
        case ArithmeticNode() | ComparisonNode():
            return (node.first, *(operand for _, operand in node.rest))
        case LogicNode():
            return node.operands
        case ConditionalNode():
            return (node.condition, node.then, node.otherwise)
        case CallNode():
            return node.arguments


def first_reference(node: Node) -> str | None:
    """Give the path of the leftmost tag below a node: the one to name when the node's operation fails."""
    if isinstance(node, ReferenceNode):
        return node.path
    return next((path for child in children(node) if (path := first_reference(child)) is not None), None)
