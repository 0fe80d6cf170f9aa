"""The safe expression language of bindings, alarms, derived tags and rules. Engine and window; pure, no I/O.

The way of an expression: `_tokens` cuts the source, `_parse` builds `_nodes`, `_check` finds what cannot fit together,
`_closures` makes closures once, `Expression.evaluate` runs them over readings. Nothing is ever handed to Python's own
evaluator, and every size is bounded (`bounds`). The language for users: `resources/help/en/expressions.md`.
"""

from hmi.expression import bounds
from hmi.expression._expression import Expression, compile_expression
from hmi.expression._functions import FUNCTIONS, Function, Kind
from hmi.expression._quality import Result
from hmi.expression._references import references_of, rename_reference
from hmi.model.errors import ExpressionError

__all__ = [
    "FUNCTIONS",
    "Expression",
    "ExpressionError",
    "Function",
    "Kind",
    "Result",
    "bounds",
    "compile_expression",
    "references_of",
    "rename_reference",
]
