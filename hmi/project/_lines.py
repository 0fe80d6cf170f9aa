"""Cuts a file into lines and decodes each for itself, so that one broken line loses no other. Called by the reader.

What msgspec lets through is refused here first: duplicate keys (it takes the last), a nesting of any depth, and
integers that nobody can hold in 64 bits.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from hmi.model.reason import Argument, Reason, reason

LINE_BYTES = 256 * 2**10
"""Longest line."""
LINES = 1_000_000
"""Most lines of a file."""
DEPTH = 24
"""Deepest nesting of objects and lists in a line."""
INTEGER_LIMIT = 2**64
"""Integers lie between minus and plus this."""
_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_LOOSE_COLON = re.compile(rb'"[ \t]+:')
_UNTYPED = msgspec.json.Decoder()


class Fault(msgspec.Struct, frozen=True):
    """Why a line cannot be used: the reason, where inside the item, and the code of how to mend it."""

    reason: Reason
    place: str = ""
    mend: str = "line"


def fault(code: str, *, place: str = "", mend: str = "line", **arguments: Argument) -> Fault:
    """Make a fault of the catalogue's `project.CODE`."""
    return Fault(reason(f"project.{code}", **arguments), place, mend)


def lines_of(content: bytes) -> Iterator[tuple[int, bytes]]:
    r"""Give the lines that are not blank, with their numbers from 1; a byte order mark and `\r` are dropped."""
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        stripped = line.strip(b" \t\r")
        if stripped:
            yield number, stripped


def shape_fault(line: bytes) -> Fault | None:
    """Say what is wrong with a line before its meaning is looked at, or None.

    Args:
        line: one line without its end.
    """
    if len(line) > LINE_BYTES:
        return fault("line_too_long", bytes=len(line), limit=LINE_BYTES)
    if line.count(b"{") + line.count(b"[") > DEPTH and _depth(line) > DEPTH:
        return fault("too_deep", limit=DEPTH)
    try:
        value = _UNTYPED.decode(line)
    except UnicodeDecodeError:
        return fault("not_utf8", mend="utf8")
    except (msgspec.DecodeError, RecursionError) as error:
        return said_fault(error)
    if not isinstance(value, dict):
        return fault("not_object")
    keys, large = _count(value)
    if large:
        return fault("number_too_large", mend="item")
    # Without escapes every `":` ends a key or begins a text with a colon, so an equal count proves that no key stands
    # twice.
    if b"\\" in line or line.count(b'":') != keys or _LOOSE_COLON.search(line):
        twice = _duplicate_key(line)
        if twice is not None:
            return fault("duplicate_key", place=twice, key=twice)
    return None


def _depth(line: bytes) -> int:
    """Give the deepest nesting of a line, texts left out."""
    deepest = depth = 0
    for byte in _TEXTS.sub(b"", line):
        if byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest


def _count(value: Any) -> tuple[int, bool]:
    """Count the keys below a value, and tell whether an integer is too large."""
    keys, large = 0, False
    waiting = [value]
    while waiting:
        one = waiting.pop()
        kind = type(one)
        if kind is dict:
            keys += len(one)
            waiting.extend(one.values())
        elif kind is list:
            waiting.extend(one)
        elif kind is int and not -INTEGER_LIMIT < one < INTEGER_LIMIT:
            large = True
    return keys, large


def _duplicate_key(line: bytes) -> str | None:
    """Find a key that stands twice in one object, the slow way."""
    found: list[str] = []

    def keep(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                found.append(key)
            seen.add(key)

    json.loads(line, object_pairs_hook=keep)
    return found[0] if found else None


def decode_line(line: bytes, decoder: "msgspec.json.Decoder[Any]") -> tuple[Any, Fault | None]:
    """Decode a line whose shape is right.

    Returns:
        The item, or None with the fault: what was expected and where (`$.span.low`).
    """
    try:
        return decoder.decode(line), None
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        return None, said_fault(error)


_PLACE = re.compile(r"(.*?)(?: - at `(.*)`)?", re.DOTALL)
_SAID: tuple[tuple[str, "re.Pattern[str]"], ...] = (
    ("at_least", re.compile(r"Expected `(?:int|float)[^`]*` >= (?P<limit>.*)")),
    ("at_most", re.compile(r"Expected `(?:int|float)[^`]*` <= (?P<limit>.*)")),
    ("text_longer", re.compile(r"Expected `str[^`]*` of length >= (?P<limit>.*)")),
    ("text_shorter", re.compile(r"Expected `str[^`]*` of length <= (?P<limit>.*)")),
    ("list_length", re.compile(r"Expected `array[^`]*` of length (?P<limit>\d+)")),
    ("expected", re.compile(r"Expected `(?P<kinds>[^`]*)`, got `.*`")),
    ("expected_form", re.compile(r"Expected (?P<expected>.*)")),
    ("missing_field", re.compile(r"Object missing required field `(?P<field>.*)`")),
    ("unknown_field", re.compile(r"Object contains unknown field `(?P<field>.*)`")),
    ("number_too_large", re.compile(r"(?:Number|Integer value) out of range")),
    ("wrong_choice", re.compile(r"Invalid (?:enum )?value (?P<found>.*)", re.DOTALL)),
    ("not_json", re.compile(r"JSON is malformed: .*\(byte (?P<byte>\d+)\)")),
    ("cut_short", re.compile(r"Input data was truncated")),
)
"""What msgspec says, and the code of our own sentence for it: its messages are English and cannot be translated."""
_KINDS = {
    "int": "expected_whole",
    "float": "expected_number",
    "str": "expected_text",
    "bool": "expected_truth",
    "object": "expected_object",
    "array": "expected_list",
}
"""What msgspec calls the kinds of JSON, and the code of the sentence for each."""


def said_fault(error: Exception) -> Fault:
    """Turn an error of msgspec into a fault: what was expected and where (`$.span.low`)."""
    matched = _PLACE.fullmatch(str(error))
    message, place = matched.groups() if matched else (str(error), None)
    if place == "$[...]":
        place = None  # msgspec's way to say "somewhere", when it has no struct to name fields by
    for code, pattern in _SAID:
        found = pattern.fullmatch(message)
        if found:
            broken = code in ("not_json", "cut_short")
            arguments = {name: text[:80] for name, text in found.groupdict().items()}
            if code == "expected":
                code, arguments = _kind_wanted(arguments["kinds"]), {}
            return fault(code, place=place or "", mend="line" if broken else "item", **arguments)
    return fault("wrong_item", place=place or "", mend="item", message=message[:200])


def _kind_wanted(kinds: str) -> str:
    """Give the code for the kinds of JSON that msgspec would have taken, such as `int | float | null`."""
    wanted = set(kinds.split(" | ")) - {"null"}
    if wanted == {"int", "float"}:
        wanted = {"float"}
    return _KINDS.get(wanted.pop(), "expected_other") if len(wanted) == 1 else "expected_other"
