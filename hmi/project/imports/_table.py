"""Reads a CSV of tags into rows of text, whatever program wrote it. Called by `tags_csv`; pure.

Tolerated: UTF-8 with or without a byte order mark, UTF-16 with one, GBK; comma, semicolon or tab; any order of the
columns; blank lines. The header names the columns; an unknown one is refused, since nothing that was written may be
ignored silently.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hmi.model.reason import Argument, Reason, reason

COLUMNS = (
    "tag", "device", "address", "type", "unit", "scale", "offset", "low", "high", "writable", "description",
)  # fmt: skip
"""The columns; the first three must be there."""
REQUIRED = COLUMNS[:3]
BYTES = 64 * 2**20
"""Largest file."""
ROWS = 200_000
"""Most rows."""
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class CellFault:
    """One sentence about one cell."""

    line: int
    """Of the file, from 1."""
    column: str
    """Name of the column; empty for the whole line."""
    reason: Reason


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    line: int
    """Where it begins: a cell in quotes may hold line ends."""
    cells: dict[str, str]
    decimal_comma: bool
    """The cells are parted by semicolons, so a comma in a number is a decimal one."""


class TableError(Exception):
    """The file is no table at all; carries the fault."""

    def __init__(self, line: int, column: str, code: str, /, **arguments: Argument) -> None:
        """Keep where and why."""
        super().__init__(code)
        self.fault = CellFault(line, column, reason(f"project.csv.{code}", **arguments))


def rows_of(content: bytes) -> Iterator[Row]:
    """Give the rows of a table.

    Raises:
        TableError: encoding, header, quoting or size are wrong.
    """
    if len(content) > BYTES:
        raise TableError(1, "", "too_large", limit_mib=BYTES // 2**20)
    text = _decoded(content)
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = next((row for row in reader if any(cell.strip() for cell in row)), None)
        if header is None:
            raise TableError(1, "", "empty")
        names = _columns(header, reader.line_num)
        begin = reader.line_num + 1
        for count, cells in enumerate(reader):
            line, begin = begin, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if count >= ROWS:
                raise TableError(reader.line_num, "", "too_many_rows", limit=ROWS)
            if len(cells) > len(names):
                raise TableError(line, "", "too_many_cells", found=len(cells), expected=len(names))
            padded = [*cells, *[""] * (len(names) - len(cells))]
            named = {name: cell.strip() for name, cell in zip(names, padded, strict=True)}
            yield Row(line, named, delimiter == ";")
    except csv.Error as error:
        if "field limit" in str(error):
            raise TableError(reader.line_num, "", "cell_too_long", limit=csv.field_size_limit()) from None
        raise TableError(reader.line_num, "", "quoting") from None


def table_content(file: Path) -> bytes:
    """Read a file as far as a table may be long; a longer one is refused by `rows_of`.

    Raises:
        OSError: it cannot be opened.
    """
    with file.open("rb") as opened:
        return opened.read(BYTES + 1)


def _is_gbk_that_looks_like_utf8(content: bytes) -> bool:
    """Tell whether a table is GBK although its bytes could be UTF-8: 液位 alone reads as "Һλ" there.

    Then it consists of pairs only, each of which is a Chinese character, and in UTF-8 would be in scripts that this
    program's users do not write beside Latin, Greek and basic Cyrillic.
    """
    try:
        strange = {one for one in content.decode("utf-8") if not (one < "\u0180" or "\u0370" <= one < "\u0460")}
        if not strange or max(strange) >= "\u0800":
            return False
        content.decode("gb2312")
    except UnicodeDecodeError:
        return False
    return True


def _decoded(content: bytes) -> str:
    """Find the encoding."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif _is_gbk_that_looks_like_utf8(content):
        encodings = ["gb18030"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
        else:
            if "\0" in text:
                raise TableError(text.count("\n", 0, text.index("\0")) + 1, "", "binary")
            return text
    raise TableError(line, "", "encoding")


def _delimiter(text: str) -> str:
    """Find what parts the cells, by the header: the one that cuts most known names out of it."""
    head = next((line for line in text.splitlines() if line.strip()), "")

    def known(delimiter: str) -> int:
        return sum(cell.strip().strip('"').casefold() in COLUMNS for cell in head.split(delimiter))

    return max(_DELIMITERS, key=known)


def _columns(header: list[str], line: int) -> list[str]:
    """Check the names of the columns."""
    names = [cell.strip().casefold() for cell in header]
    while names and not names[-1]:
        names.pop()
    for name in names:
        if name not in COLUMNS:
            raise TableError(line, name[:40], "unknown_column", column=name[:40], known=", ".join(COLUMNS))
        if names.count(name) > 1:
            raise TableError(line, name, "column_twice", column=name)
    for name in REQUIRED:
        if name not in names:
            raise TableError(line, name, "missing_column", column=name, known=", ".join(COLUMNS))
    return names
