"""What `audit` and `alarms journal` have in common: filters, times, pages. Reads the store directly, read only."""

import argparse
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from hmi.cli import speech
from hmi.cli.parser import Parser, add_common
from hmi.cli.station import add_project, open_project, station_for
from hmi.model.event import AuditRow, HistoryQuery, JournalRow

if TYPE_CHECKING:
    from hmi.store.reader import Page, StoreReader

R = TypeVar("R", JournalRow, AuditRow)

DEFAULT_ROWS, MOST_ROWS = 200, 1_000_000
_AT_ONCE = 1000
"""Rows of one question to the store."""
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def add_filters(entry: Parser, *more: str) -> None:
    """Declare PROJECT and the options that say which rows.

    Args:
        entry: of the verb.
        more: names of further fields that rows can be chosen by.
    """
    add_project(entry)
    for name in ("tag", "user", *more):
        words = speech.tell(f"cli.history.{name}")
        entry.add_argument(f"--{name}", metavar=name.upper(), default="", help=words)
    entry.add_argument("--since", metavar="TIME", type=moment_ns, default=0, help=speech.tell("cli.history.since"))
    entry.add_argument("--until", metavar="TIME", type=moment_ns, default=0, help=speech.tell("cli.history.until"))
    entry.add_argument(
        "--limit", metavar="N", type=row_limit, default=DEFAULT_ROWS, help=speech.tell("cli.history.limit")
    )
    entry.add_argument("--json", action="store_true", help=speech.tell("cli.option.json"))
    add_common(entry)


def reader_of(project: Path, data: Path | None) -> "StoreReader":
    """Give what reads the store of a project on this station; also where there is none yet.

    Raises:
        ProjectError: when the project cannot be read.
        EnvironmentFault: when the account has no home.
    """
    from hmi.store.reader import StoreReader

    return StoreReader(station_for(open_project(project), data).data)


def rows_of(ask: "Callable[[HistoryQuery], Page[R]]", args: argparse.Namespace, damaged: list[int]) -> Iterator[R]:
    """Read the rows that a command line asks for, newest first, page by page.

    Args:
        ask: `StoreReader.journal` or `StoreReader.audit`.
        args: of the command line.
        damaged: gets the numbers of rows that cannot be read.

    Raises:
        EnvironmentFault: when the store cannot be read.
    """
    left, before = args.limit, 0
    wanted = HistoryQuery(
        from_ns=args.since,
        to_ns=args.until,
        tag=args.tag,
        user=args.user,
        alarm=getattr(args, "alarm", ""),
        occurrence=getattr(args, "occurrence", ""),
        command=getattr(args, "command", ""),
    )
    while left > 0:
        most = min(left, _AT_ONCE)
        page: Page[R] = ask(msgspec.structs.replace(wanted, before_sequence=before, limit=most))
        yield from page.rows
        damaged += page.damaged
        left -= most
        before = min((*(row.sequence for row in page.rows), *page.damaged), default=0)
        if not page.more:
            return


def said_damaged(damaged: list[int]) -> bool:
    """Name the rows that could not be read; tells whether there are any."""
    if damaged:
        speech.complain(speech.tell("cli.audit.damaged", rows=", ".join(map(str, damaged[:20]))))
    return bool(damaged)


def moment_ns(text: str) -> int:
    """Read a moment: ISO 8601 (UTC unless it says otherwise), or how long ago it was, such as 15m.

    Returns:
        Wall ns UTC, from 1.

    Raises:
        ArgumentTypeError: when it is none.
    """
    ago = re.fullmatch(r"(\d{1,9})([smhd])", text)
    if ago is not None:
        return max(1, time.time_ns() - int(ago[1]) * _UNITS_S[ago[2]] * 1_000_000_000)
    try:
        found = datetime.fromisoformat(text)
        known = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        since = known - datetime(1970, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        given = text[:80]
        raise argparse.ArgumentTypeError(speech.tell("cli.history.time_unknown", given=given)) from None
    return max(1, (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1000)


def row_limit(text: str) -> int:
    """Read a number of rows.

    Raises:
        ArgumentTypeError: when it is none from 1 to 1000000.
    """
    if re.fullmatch(r"[0-9]{1,7}", text) is None or not 1 <= int(text) <= MOST_ROWS:
        raise argparse.ArgumentTypeError(speech.tell("cli.history.limit_unknown", given=text[:80]))
    return int(text)
