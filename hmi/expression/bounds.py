"""How large an expression and its values may become. Read by the parser, by every operator and by the help's test.

Together they bound time and memory by construction: at most 500 nodes, each of which does a fixed amount of work on
numbers of 64 bits or texts of 256 characters.
"""

SOURCE_CHARACTERS = 2_000
"""Longest source text."""
DEPTH = 32
"""Deepest nesting of brackets, calls and operators."""
NODES = 500
"""Most operands, operators and calls in one expression."""
REFERENCES = 64
"""Most different tags in one expression."""
PATH_CHARACTERS = 200
"""Longest path inside braces."""
TEXT_CHARACTERS = 256
"""Longest text: literal, input or result."""
DECIMALS = 15
"""Most digits after the point in `round` and `text`."""
EXPONENT = 1_000
"""Largest absolute exponent of `**`."""
INTEGER_LOW = -(2**63)
"""Smallest integer (64 bits, signed)."""
INTEGER_HIGH = 2**63 - 1
"""Largest integer (64 bits, signed)."""
