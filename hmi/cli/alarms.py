"""`hmi alarms list|ack|journal`: what stands, at the running engine; what alarms did, from the store."""

import argparse
from typing import Any

from hmi.cli import alarms_now, speech
from hmi.cli.history import add_filters, reader_of, rows_of, said_damaged
from hmi.cli.parser import Parser
from hmi.model.event import JournalRow
from hmi.words import say_reason


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    words = speech.tell("cli.alarms.help")
    entry = subparsers.add_parser("alarms", help=words, description=words)
    verbs = entry.add_subparsers(title=speech.tell("cli.verbs"), metavar="list|ack|journal", required=True)
    alarms_now.add(verbs)
    words = speech.tell("cli.alarms.journal")
    journal = verbs.add_parser("journal", help=words, description=words)
    add_filters(journal, "alarm", "occurrence")
    journal.set_defaults(work=_journal)


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    return int(args.work(args))


def _journal(args: argparse.Namespace) -> int:
    """Print rows of the journal."""
    import msgspec

    from hmi.project.names import visible

    damaged: list[int] = []
    rows = rows_of(reader_of(args.project, args.data).journal, args, damaged)
    if args.json:
        print(msgspec.json.format(msgspec.json.encode([journal_answer(row) for row in rows]), indent=2).decode())
    else:
        for row in rows:
            print("\t".join(map(visible, _words(row))))
    return int(said_damaged(damaged))


def journal_answer(row: JournalRow) -> dict[str, Any]:
    """Give a row as one object of `hmi alarms journal --json`; the names are the contract."""
    from hmi.cli.readings import iso_utc
    from hmi.model.quality import cause_of, quality_class

    return {
        "sequence": row.sequence,
        "time": iso_utc(row.server_ns),
        "alarm": row.path,
        "alarm_id": row.alarm,
        "occurrence": row.occurrence,
        "tag": row.tag,
        "kind": row.kind.value,
        "priority": row.priority,
        "event": row.event.value,
        "old_state": row.old_state.name.lower(),
        "state": row.new_state.name.lower(),
        "value": row.value,
        "limit": row.limit,
        "quality": quality_class(row.status).name.lower(),
        "cause": cause_of(row.cause).name.lower() if row.cause else None,
        "active_since": iso_utc(row.active_since_ns),
        "source_time": iso_utc(row.source_ns),
        "receive_time": iso_utc(row.receive_ns),
        "user": row.user,
        "station": row.station,
        "note": row.note,
        "reason": say_reason(row.reason, speech.language()) if row.reason is not None else None,
        "reason_code": row.reason.code if row.reason is not None else None,
        "message": row.title.pick(speech.language()),
        "start_up": row.start_up,
        "count": row.count,
    }


def _words(row: JournalRow) -> list[str]:
    """Give a row as a line for people."""
    found = journal_answer(row)
    value = "" if row.value is None else f"{row.value:.15g}"
    words = [str(row.sequence), found["time"] or "-", str(row.priority), row.path, found["message"], row.event.value]
    return [word for word in (*words, value, row.user, row.note, found["reason"] or "") if word]
