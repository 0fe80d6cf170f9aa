"""Tag references: what a path may look like, `./` inside a type, and the rewrite that a rename needs.

Called by the compiler, by `hmi check` (cross-reference) and by `hmi.project.edits` (renames).
"""

from hmi.expression import bounds
from hmi.expression._tokens import TokenKind, cut
from hmi.model.errors import ExpressionError

OWN = "./"
"""Begins a reference to a member of the own type or instance: `{./Level}`."""
_FORBIDDEN = frozenset("{}\"'\\")


def check_path(path: str, column: int) -> None:
    """Refuse a path that cannot name a tag.

    Args:
        path: what stands between the braces; folders are parted by `/`, members by `.`, a leading `./` means "own".
        column: where the reference begins, for the error.

    Raises:
        ExpressionError: empty, too long, blank at an end, an empty part, or a character that a path must not hold.
    """
    if not path:
        raise ExpressionError("expression.path_empty", column=column)
    if len(path) > bounds.PATH_CHARACTERS:
        raise ExpressionError("expression.path_too_long", column=column, length=len(path), limit=bounds.PATH_CHARACTERS)
    for offset, letter in enumerate(path, 1):
        if letter in _FORBIDDEN or not letter.isprintable():
            raise ExpressionError("expression.path_character", column=column + offset, number=f"U+{ord(letter):04X}")
    parts = path.removeprefix(OWN).replace("/", ".").split(".")
    if any(not part or part != part.strip() for part in parts):
        raise ExpressionError("expression.path_part", column=column, path=path)


def resolve(path: str, base: str) -> str:
    """Give the full path of a reference: `./Level` with base `Line/Tank1` is `Line/Tank1.Level`.

    Args:
        path: as written in the source.
        base: path of the instance; with an empty base an own reference stays as it is (a type checked by itself).
    """
    return f"{base}.{path[len(OWN) :]}" if base and path.startswith(OWN) else path


def references_of(source: str, base: str = "") -> tuple[str, ...]:
    """List the tags that a source refers to, each once, in the order of their first place.

    Only the tokens are looked at, so that the cross-reference also covers an expression that does not compile yet.

    Args:
        source: the expression.
        base: path of the instance, for own references.

    Raises:
        ExpressionError: the source cannot be cut into tokens, or a path is malformed.
    """
    found: dict[str, None] = {}
    for token in cut(source):
        if token.kind is TokenKind.REFERENCE:
            check_path(token.text, token.column)
            found[resolve(token.text, base)] = None
    return tuple(found)


def rename_reference(source: str, old: str, new: str, *, below: bool = False) -> str:
    """Rewrite the references to a renamed tag; every other character stays as it is, also blanks and texts.

    Args:
        source: the expression; references are compared as written (`./Level` is another path than `Line/Tank1.Level`).
        old: path before the rename.
        new: path after the rename.
        below: also rewrite what lies below the path (`Line/Tank1.Level` when `Line/Tank1` is renamed).

    Raises:
        ExpressionError: the source cannot be cut into tokens, the new path is malformed, or the result is too long.
    """
    check_path(new, 1)
    pieces: list[str] = []
    copied = 0
    for token in cut(source):
        if token.kind is not TokenKind.REFERENCE:
            continue
        rest = token.text[len(old) :] if token.text.startswith(old) else None
        if rest is None or (rest and not (below and rest[0] in "./")):
            continue
        check_path(new + rest, token.column)
        pieces += [source[copied : token.start], "{", new, rest, "}"]
        copied = token.end
    renamed = "".join([*pieces, source[copied:]])
    if len(renamed) > bounds.SOURCE_CHARACTERS and renamed != source:
        raise ExpressionError(
            "expression.too_long",
            column=bounds.SOURCE_CHARACTERS + 1,
            length=len(renamed),
            limit=bounds.SOURCE_CHARACTERS,
        )
    return renamed
