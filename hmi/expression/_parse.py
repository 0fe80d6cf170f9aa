"""A small Pratt parser: tokens to nodes. Called by the compiler only.

From loose to tight: `x if c else y`, `or`, `and`, `not`, comparison, `+ -`, `* / // %`, minus sign, `**`.
"""

from collections.abc import Collection

from hmi.expression import bounds
from hmi.expression._functions import FUNCTIONS
from hmi.expression._nodes import (
    Arithmetic,
    ArithmeticNode,
    CallNode,
    Comparison,
    ComparisonNode,
    ConditionalNode,
    LiteralNode,
    Logic,
    LogicNode,
    NegateNode,
    Node,
    NotNode,
    ReferenceNode,
)
from hmi.expression._references import check_path, resolve
from hmi.expression._tokens import Token, TokenKind, cut
from hmi.model.errors import ExpressionError

_CONDITIONAL, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _MINUS, _POWER = range(10, 100, 10)

_INFIX = {
    "if": _CONDITIONAL,
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(Comparison, _COMPARISON),
    "+": _SUM,
    "-": _SUM,
    **dict.fromkeys(("*", "/", "//", "%"), _PRODUCT),
    "**": _POWER,
}
_RESERVED = frozenset({"true", "false", "and", "or", "not", "if", "else"})


def parse(source: str, base: str = "", names: Collection[str] = ()) -> tuple[Node, tuple[str, ...]]:
    """Parse a whole source.

    Args:
        source: the expression.
        base: path of the instance, for references such as `{./Level}`.
        names: words that stand for a value without being a tag.

    Returns:
        The root node and the paths of all tags, each once, in the order of their first place.

    Raises:
        ExpressionError: the first place that does not fit the grammar or its bounds.
    """
    parser = _Parser(cut(source), base, names)
    root = parser.expression(0)
    parser.expect_end()
    return root, tuple(parser.references)


class _Parser:
    """Walks the tokens once, from left to right."""

    def __init__(self, tokens: list[Token], base: str, names: Collection[str]) -> None:
        self.references: dict[str, int] = {}
        self._names = names
        self._tokens = tokens
        self._base = base
        self._at = 0
        self._nesting = 0
        self._nodes = 0

    def expression(self, floor: int) -> Node:
        """Parse operands and those operators that bind at least as tightly as `floor`."""
        token = self._tokens[self._at]
        self._nesting += 1
        if self._nesting > bounds.DEPTH:
            raise ExpressionError("expression.too_deep", column=token.column, limit=bounds.DEPTH)
        left = self._operand(floor)
        while (power := self._power_ahead()) >= max(floor, 1):
            left = self._operation(left, power)
        self._nesting -= 1
        return left

    def expect_end(self) -> None:
        """Refuse anything after the expression."""
        token = self._tokens[self._at]
        if token.kind is not TokenKind.END:
            raise self._unexpected(token)

    # operands

    def _operand(self, floor: int) -> Node:
        """Parse what may begin an expression."""
        token = self._take()
        match token.kind:
            case TokenKind.NUMBER:
                return self._number(token)
            case TokenKind.TEXT:
                return self._counted(LiteralNode(token.column, token.value), token)
            case TokenKind.REFERENCE:
                return self._reference(token)
            case TokenKind.NAME:
                return self._named(token, floor)
            case TokenKind.SIGN if token.text == "(":
                inner = self.expression(0)
                self._expect(")", token)
                return inner
            case TokenKind.SIGN if token.text == "-":
                return self._minus(token)
            case _:
                raise self._unexpected(token, operand=True)

    def _number(self, token: Token, *, negative: bool = False) -> Node:
        """Make a number; the one integer that exists only below zero is the reason for the second argument."""
        number = -token.value if negative and not isinstance(token.value, str) else token.value
        if isinstance(number, int) and number > bounds.INTEGER_HIGH:
            raise ExpressionError("expression.number_too_large", column=token.column)
        return self._counted(LiteralNode(token.column, number), token)

    def _minus(self, token: Token) -> Node:
        """Parse what follows a minus sign; `-2 ** 2` is `-(2 ** 2)`."""
        number, after = self._tokens[self._at : self._at + 2] if self._at + 1 < len(self._tokens) else (token, token)
        if number.kind is TokenKind.NUMBER and after.text != "**":
            self._at += 1
            return self._number(number, negative=True)
        operand = self.expression(_MINUS)
        return self._counted(NegateNode(token.column, operand), token)

    def _reference(self, token: Token) -> Node:
        """Parse a tag."""
        check_path(token.text, token.column)
        return self._referred(token, resolve(token.text, self._base))

    def _referred(self, token: Token, path: str) -> Node:
        """Give a tag or a free name its place among the references."""
        index = self.references.setdefault(path, len(self.references))
        if len(self.references) > bounds.REFERENCES:
            raise ExpressionError("expression.too_many_references", column=token.column, limit=bounds.REFERENCES)
        return self._counted(ReferenceNode(token.column, index, path), token)

    def _named(self, token: Token, floor: int) -> Node:
        """Parse `true`, `false`, `not x` or a call."""
        if token.text in ("true", "false"):
            return self._counted(LiteralNode(token.column, token.text == "true"), token)
        if token.text == "not":
            if floor > _NOT:
                raise ExpressionError("expression.not_in_brackets", column=token.column)
            return self._counted(NotNode(token.column, self.expression(_NOT)), token)
        called = self._tokens[self._at].text == "(" and self._tokens[self._at].kind is TokenKind.SIGN
        if called and token.text in FUNCTIONS:
            return self._call(token)
        if token.text in _RESERVED:
            raise self._unexpected(token, operand=True)
        if token.text in self._names and not called:
            return self._referred(token, token.text)
        if token.text in FUNCTIONS:
            raise ExpressionError("expression.call_brackets", column=token.column, name=token.text[:40])
        if called:
            raise ExpressionError("expression.unknown_function", column=token.column, name=token.text[:40])
        raise ExpressionError("expression.unknown_name", column=token.column, name=token.text[:40])

    def _call(self, token: Token) -> Node:
        """Parse the arguments of a function and count them."""
        opening = self._take()
        arguments: list[Node] = []
        if self._tokens[self._at].text != ")":
            arguments.append(self.expression(0))
            while self._tokens[self._at].text == ",":
                self._take()
                arguments.append(self.expression(0))
        self._expect(")", opening)
        function = FUNCTIONS[token.text]
        if not function.takes(len(arguments)):
            raise ExpressionError(
                "expression.argument_count", column=token.column, signature=function.signature, count=len(arguments)
            )
        if token.text == "if":
            condition, then, otherwise = arguments
            return self._counted(ConditionalNode(token.column, condition, then, otherwise), token)
        return self._counted(CallNode(token.column, token.text, tuple(arguments)), token)

    # operations

    def _power_ahead(self) -> int:
        """Give the binding power of the operator ahead, 0 when there is none."""
        token = self._tokens[self._at]
        return _INFIX.get(token.text, 0) if token.kind in (TokenKind.SIGN, TokenKind.NAME) else 0

    def _operation(self, left: Node, power: int) -> Node:
        """Parse all operators of one precedence that follow an operand."""
        token = self._tokens[self._at]
        if power == _CONDITIONAL:
            return self._conditional(left)
        if power == _POWER:
            self._take()
            return self._counted(
                ArithmeticNode(token.column, left, ((Arithmetic.POWER, self.expression(_MINUS)),)), token
            )
        steps: list[tuple[str, Node]] = []
        while self._power_ahead() == power:
            operator = self._take().text
            steps.append((operator, self.expression(power + 1)))
        if power in (_OR, _AND):
            return self._counted(
                LogicNode(token.column, Logic(token.text), (left, *(operand for _, operand in steps))), token
            )
        if power == _COMPARISON:
            pairs = tuple((Comparison(operator), operand) for operator, operand in steps)
            return self._counted(ComparisonNode(token.column, left, pairs), token)
        chain = tuple((Arithmetic(operator), operand) for operator, operand in steps)
        return self._counted(ArithmeticNode(token.column, left, chain), token)

    def _conditional(self, then: Node) -> Node:
        """Parse `if condition else otherwise` after its first operand."""
        token = self._take()
        condition = self.expression(_OR)
        word = self._take()
        if word.kind is not TokenKind.NAME or word.text != "else":
            raise ExpressionError("expression.else_missing", column=word.column)
        return self._counted(ConditionalNode(token.column, condition, then, self.expression(_CONDITIONAL)), token)

    # tokens

    def _take(self) -> Token:
        """Go past a token; the end is never passed."""
        token = self._tokens[self._at]
        if token.kind is not TokenKind.END:
            self._at += 1
        return token

    def _expect(self, sign: str, opening: Token) -> None:
        """Go past the sign that must come now."""
        token = self._take()
        if token.kind is TokenKind.END:
            raise ExpressionError("expression.bracket_not_closed", column=opening.column)
        if token.text != sign or token.kind is not TokenKind.SIGN:
            raise self._unexpected(token)

    def _counted(self, node: Node, token: Token) -> Node:
        """Let a node pass while there are not too many."""
        self._nodes += 1
        if self._nodes > bounds.NODES:
            raise ExpressionError("expression.too_many_nodes", column=token.column, limit=bounds.NODES)
        return node

    def _unexpected(self, token: Token, *, operand: bool = False) -> ExpressionError:
        """Say what stands where something else must stand."""
        if token.kind is TokenKind.END:
            code = "expression.empty" if len(self._tokens) == 1 else "expression.ends_early"
            return ExpressionError(code, column=token.column)
        code = "expression.operand_missing" if operand else "expression.operator_missing"
        return ExpressionError(code, column=token.column, found=token.text[:40])
