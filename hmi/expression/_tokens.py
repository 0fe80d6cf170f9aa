"""Cuts a source text into tokens with exact positions. Called by the parser and by renames; linear in the length."""

import re
from enum import Enum

import msgspec

from hmi.expression import bounds
from hmi.model.errors import ExpressionError


class TokenKind(Enum):
    """What a token is."""

    NUMBER = "number"
    TEXT = "text"
    REFERENCE = "reference"
    NAME = "name"
    SIGN = "sign"
    END = "end"


class Token(msgspec.Struct, frozen=True):
    """One token; `start` and `end` count characters from 0, so `source[start:end]` is the token as written."""

    kind: TokenKind
    text: str
    """As written; without its braces for a reference."""
    value: int | float | str
    """The number, or the characters of a text literal without quotes and escapes; otherwise the same as `text`."""
    start: int
    end: int

    @property
    def column(self) -> int:
        """Position for people: counted from 1."""
        return self.start + 1


# ASCII digits and letters only: `\d` and `\w` would let in digits of other scripts, which look alike and are not.
_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]+|(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SIGN = re.compile(r"\*\*|//|<=|>=|==|!=|[-+*/%<>(),]")
_BLANK = " \t\n\r"
_ESCAPES = {"\\": "\\", '"': '"', "'": "'"}

# What people coming from other languages write, and what it is called here.
_FOREIGN_SIGNS = {"&&": "and", "||": "or", "<>": "!=", "&": "and", "|": "or", "!": "not", "=": "==", "^": "**"}


def cut(source: str) -> list[Token]:
    """Cut a source into tokens; the last one is END.

    Args:
        source: at most `bounds.SOURCE_CHARACTERS` characters.

    Raises:
        ExpressionError: too long, or a place that is no token of the language.
    """
    if len(source) > bounds.SOURCE_CHARACTERS:
        raise ExpressionError(
            "expression.too_long",
            column=bounds.SOURCE_CHARACTERS + 1,
            length=len(source),
            limit=bounds.SOURCE_CHARACTERS,
        )
    tokens: list[Token] = []
    at = 0
    while at < len(source):
        if source[at] in _BLANK:
            at += 1
            continue
        token = _token(source, at)
        tokens.append(token)
        at = token.end
    tokens.append(Token(TokenKind.END, "", "", len(source), len(source)))
    return tokens


def _token(source: str, at: int) -> Token:
    """Read the token that begins at a place which is not blank."""
    first = source[at]
    if first == "{":
        return _reference(source, at)
    if first in "\"'":
        return _text(source, at)
    if number := _NUMBER.match(source, at):
        return _number(source, number)
    if name := _NAME.match(source, at):
        return Token(TokenKind.NAME, name[0], name[0], at, name.end())
    foreign = next((sign for sign in _FOREIGN_SIGNS if source.startswith(sign, at)), "")
    if foreign and not source.startswith(("!=", "=="), at):
        raise ExpressionError("expression.foreign_sign", column=at + 1, sign=foreign, instead=_FOREIGN_SIGNS[foreign])
    if sign := _SIGN.match(source, at):
        return Token(TokenKind.SIGN, sign[0], sign[0], at, sign.end())
    raise _strange_character(first, at)


def _strange_character(character: str, at: int) -> ExpressionError:
    """Say what is wrong with a character; the full-width forms of a Chinese keyboard get the key to press instead."""
    code = ord(character)
    if 0xFF01 <= code <= 0xFF5E:
        return ExpressionError(
            "expression.full_width", column=at + 1, character=character, instead=chr(code - 0xFF01 + 0x21)
        )
    if character in "“”‘’":
        return ExpressionError("expression.full_width", column=at + 1, character=character, instead='"')
    if character == "\u3000":
        return ExpressionError("expression.full_width_blank", column=at + 1)
    if character.isprintable():
        return ExpressionError("expression.strange_character", column=at + 1, character=character)
    return ExpressionError("expression.control_character", column=at + 1, number=f"U+{code:04X}")


def _reference(source: str, at: int) -> Token:
    """Read `{path}`. What a path may hold is judged by `_references.check_path`."""
    end = source.find("}", at + 1)
    opened_again = source.find("{", at + 1)
    if end < 0 or 0 <= opened_again < end:
        raise ExpressionError("expression.brace_not_closed", column=at + 1)
    path = source[at + 1 : end]
    return Token(TokenKind.REFERENCE, path, path, at, end + 1)


def _text(source: str, at: int) -> Token:
    """Read a text literal in double or single quotes; a backslash may stand before a quote or a backslash."""
    quote = source[at]
    letters: list[str] = []
    place = at + 1
    while place < len(source) and source[place] != quote:
        letter = source[place]
        if letter == "\\":
            escaped = source[place + 1 : place + 2]
            if escaped not in _ESCAPES:
                raise ExpressionError("expression.escape", column=place + 1)
            letter = escaped
            place += 1
        elif not letter.isprintable() and letter != "\u3000":
            raise ExpressionError("expression.control_character", column=place + 1, number=f"U+{ord(letter):04X}")
        letters.append(letter)
        place += 1
    if place >= len(source):
        raise ExpressionError("expression.text_not_closed", column=at + 1)
    if len(letters) > bounds.TEXT_CHARACTERS:
        raise ExpressionError(
            "expression.text_too_long", column=at + 1, length=len(letters), limit=bounds.TEXT_CHARACTERS
        )
    return Token(TokenKind.TEXT, source[at : place + 1], "".join(letters), at, place + 1)


def _number(source: str, match: re.Match[str]) -> Token:
    """Read a number: `12`, `0x1F`, `1.5`, `.5`, `2e-3`; it must not run into a letter, a digit or a second point."""
    written = match[0]
    start, end = match.span()
    if end < len(source) and (source[end].isalnum() or source[end] in "._"):
        raise ExpressionError("expression.number", column=start + 1)
    # The length is checked before int(): Python itself refuses to convert thousands of digits.
    digits = written.lstrip("0").lower()
    value: int | float
    if written[:2] in ("0x", "0X"):
        value = int(written, 16) if len(written) <= 34 else 2**64
    elif any(sign in digits for sign in ".e"):
        value = float(written)
    else:
        value = int(digits or "0") if len(digits) <= 20 else 2**64
    # 2**63 itself is let through: the parser takes it after a minus sign and refuses it otherwise.
    if value > bounds.INTEGER_HIGH + 1 if isinstance(value, int) else value == float("inf"):
        raise ExpressionError("expression.number_too_large", column=start + 1)
    return Token(TokenKind.NUMBER, written, value, start, end)
