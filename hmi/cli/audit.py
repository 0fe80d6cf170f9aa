"""`hmi audit list|verify`: who did what, and whether the record of it is whole. Reads the store directly."""

import argparse
import re
from typing import Any

from hmi.cli import speech
from hmi.cli.history import add_filters, reader_of, rows_of, said_damaged
from hmi.cli.parser import Parser, add_common
from hmi.cli.station import add_project
from hmi.model.event import AuditRow
from hmi.words import say_reason


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    entry = subparsers.add_parser(
        "audit", help=speech.tell("cli.audit.help"), description=speech.tell("cli.audit.help")
    )
    verbs = entry.add_subparsers(title=speech.tell("cli.verbs"), metavar="list|verify", required=True)
    listed = verbs.add_parser("list", help=speech.tell("cli.audit.list"), description=speech.tell("cli.audit.list"))
    add_filters(listed, "command")
    listed.set_defaults(work=_list)
    words = speech.tell("cli.audit.verify")
    verify = verbs.add_parser("verify", help=words, description=words)
    add_project(verify)
    verify.add_argument("--head", metavar="COUNT:HASH", type=_head, help=speech.tell("cli.audit.option_head"))
    verify.add_argument("--json", action="store_true", help=speech.tell("cli.option.json"))
    verify.set_defaults(work=_verify)
    add_common(verify)


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    return int(args.work(args))


def _list(args: argparse.Namespace) -> int:
    """Print rows of the audit trail."""
    import msgspec

    from hmi.project.names import visible

    damaged: list[int] = []
    rows = rows_of(reader_of(args.project, args.data).audit, args, damaged)
    if args.json:
        print(msgspec.json.format(msgspec.json.encode([answer(row) for row in rows]), indent=2).decode())
    else:
        for row in rows:
            print("\t".join(map(visible, _words(row))))
    return int(said_damaged(damaged))


def _verify(args: argparse.Namespace) -> int:
    """Check the chain; 1 when it is broken."""
    import msgspec

    verdict = reader_of(args.project, args.data).verify_audit(args.head)
    words = say_reason(verdict.broken, speech.language()) if verdict.broken is not None else ""
    if args.json:
        found = {
            "whole": not words,
            "rows": verdict.rows,
            "hash": verdict.hash,
            "broken": words or None,
            "code": verdict.broken.code if verdict.broken is not None else None,
            "earlier": verdict.earlier or None,
        }
        print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return int(bool(words))
    if verdict.earlier:
        print(speech.tell("cli.audit.earlier", file=verdict.earlier))
    if words:
        speech.complain(speech.tell("cli.audit.broken", words=words))
        return 1
    print(speech.tell("cli.audit.whole", rows=verdict.rows, hash=verdict.hash))
    return 0


def answer(row: AuditRow) -> dict[str, Any]:
    """Give a row as one object of `hmi audit list --json`; the names are the contract."""
    from hmi.cli.readings import iso_utc

    return {
        "sequence": row.sequence,
        "time": iso_utc(row.server_ns),
        "kind": row.kind.value,
        "user": row.user,
        "station": row.station,
        "screen": row.screen,
        "tag": row.tag,
        "command": row.command,
        "state": row.state.value if row.state is not None else None,
        "old": row.old,
        "new": row.new,
        "read_back": row.read_back,
        "note": row.note,
        "reason": say_reason(row.reason, speech.language()) if row.reason is not None else None,
        "reason_code": row.reason.code if row.reason is not None else None,
        "details": row.details,
    }


def _words(row: AuditRow) -> list[str]:
    """Give a row as a line for people."""
    found = answer(row)
    change = f"{_shown(row.old)} -> {_shown(row.new)}" if row.old is not None or row.new is not None else ""
    words = [str(row.sequence), found["time"] or "-", row.kind.value, row.user or "-", row.station, row.tag, change]
    words += [found["state"] or "", row.note, found["reason"] or "", *(f"{k}={v}" for k, v in row.details.items())]
    return [word for word in words if word]


def _shown(value: object) -> str:
    return "-" if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)


def _head(text: str) -> tuple[int, str]:
    """Read a head that was noted.

    Raises:
        ArgumentTypeError: when it is none.
    """
    found = re.fullmatch(r"([0-9]{1,15}):([0-9a-f]{64})", text)
    if found is None:
        raise argparse.ArgumentTypeError(speech.tell("cli.audit.head_unknown", given=text[:80]))
    return int(found[1]), found[2]
