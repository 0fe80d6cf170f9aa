"""Grammar-directed random programs and readings for the tests of the expression language."""

from hypothesis import strategies as st

from hmi.expression import FUNCTIONS
from hmi.model.quality import CAUSES, Cause, Status
from hmi.model.value import Reading

TAGS = ("A", "B", "Line/Tank1.Level", "./Own", "液位/罐 1.温度")

INTEGERS = st.one_of(
    st.integers(-3, 70),
    st.sampled_from([2**53, 2**62, 2**63 - 1, -(2**63), -(2**63) + 1, 10**14, 10**14 + 1]),
    st.integers(-(2**63), 2**63 - 1),
)
FLOATS = st.one_of(
    st.sampled_from([0.0, -0.0, 0.5, 1.0, 2.5, -2.5, 1e-320, 5e-324, 1e14, 1e15, 1.7e308, -1.7e308]),
    st.floats(allow_nan=False, allow_infinity=False),
)
TEXTS = st.one_of(st.sampled_from(["", "a", "%d", "{x}", "%1000000d", "x" * 256]), st.text(max_size=20))

_NUMBER_LITERALS = st.one_of(
    st.integers(0, 2**63 - 1).map(str),
    st.integers(0, 70).map(str),
    st.sampled_from(["0x1F", "1e308", "1e-320", ".5", "0.0", "2.50"]),
)
_TEXT_LITERALS = st.sampled_from(['""', '"a"', "'%1000000000d'", '"\\"\\\\"', '"' + "w" * 256 + '"'])
_BINARY = ["+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", "<=", ">", ">=", "and", "or"]


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def call(name: str, arguments: list[str]) -> str:
        return f"{name}({', '.join(arguments)})"

    def fitting_calls() -> st.SearchStrategy[str]:
        return st.sampled_from(sorted(FUNCTIONS)).flatmap(
            lambda name: st.lists(
                inner,
                min_size=len(FUNCTIONS[name].parameters) - FUNCTIONS[name].optional,
                max_size=len(FUNCTIONS[name].parameters) + 2 * FUNCTIONS[name].repeats,
            ).map(lambda arguments: call(name, arguments))
        )

    return st.one_of(
        st.tuples(inner, st.sampled_from(_BINARY), inner).map(" ".join),
        st.tuples(inner, st.sampled_from(_BINARY), inner).map(lambda parts: f"({' '.join(parts)})"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
        inner.map(lambda part: f"-({part})"),
        inner.map(lambda part: f"(not {part})"),
        fitting_calls(),
    )


PROGRAMS = st.recursive(
    st.one_of(
        _NUMBER_LITERALS,
        _TEXT_LITERALS,
        st.sampled_from(["true", "false"]),
        st.sampled_from(TAGS).map(lambda path: "{" + path + "}"),
        st.sampled_from(TAGS).map(lambda path: "{" + path + "}"),
    ),
    _grow,
    max_leaves=25,
)
"""Sources that mostly compile: right grammar, any types."""

_FRAGMENTS = [
    "(", ")", ",", "{", "}", "{A}", "{./B}", "'", '"', "\\", "**", "//", "==", "=", "!", "&&", "if", "else",
    "and", "or", "not", "true", "select(", "text(", "1", "0x", "1e999", "9" * 30, ".", "..", "-", "+", "%", " ", "\n",
    "\u3000", "（", "，", "“", "\x00", "\ud800", "lambda", "__import__('os')", ".__class__", "[0]",
    "f'{1:>1000000000}'", "ä", "٣",
]  # fmt: skip
GARBAGE = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(_FRAGMENTS), max_size=60).map("".join),
    st.lists(st.sampled_from(_FRAGMENTS), max_size=60).map(" ".join),
)
"""Sources that mostly do not compile."""

GOOD_READINGS = st.builds(Reading, st.one_of(st.booleans(), INTEGERS, FLOATS))
ANY_READINGS = st.one_of(
    GOOD_READINGS,
    st.builds(Reading, TEXTS),
    st.builds(
        lambda value, cause: Reading(value, CAUSES[cause].status, cause),
        st.one_of(st.none(), st.booleans(), INTEGERS, FLOATS, TEXTS, st.floats()),
        st.sampled_from(list(Cause)),
    ),
    st.builds(
        Reading,
        st.one_of(st.none(), INTEGERS, st.floats(), st.integers(2**63, 2**64 - 1), st.text(min_size=257, max_size=300)),
        st.sampled_from(list(Status)),
        st.sampled_from(list(Cause)),
    ),
)
