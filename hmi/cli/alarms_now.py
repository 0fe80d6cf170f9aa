"""`hmi alarms list` and `hmi alarms ack`: what stands at the running engine, and acknowledging it."""

import argparse
from typing import TYPE_CHECKING, Any

from hmi.cli import speech
from hmi.cli.engine_talk import add_user_options, ask, password_of, sign_in, talk
from hmi.cli.parser import Parser, add_common
from hmi.cli.station import add_project, open_project, station_for
from hmi.model.alarm import AlarmStand
from hmi.words import say_reason

if TYPE_CHECKING:
    from hmi.link.engine_messages import Acknowledged, Alarms
    from hmi.link.talk import Asking


def add(verbs: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verbs below `alarms`."""
    words = speech.tell("cli.alarms.list")
    listed = verbs.add_parser("list", help=words, description=words)
    listed.set_defaults(work=_list)
    words = speech.tell("cli.alarms.ack")
    ack = verbs.add_parser("ack", help=words, description=words)
    ack.set_defaults(work=_acknowledge)
    for entry in (listed, ack):
        add_project(entry)
    ack.add_argument("occurrences", metavar="OCCURRENCE", nargs="+", help=speech.tell("cli.argument.occurrence"))
    add_user_options(ack)
    ack.add_argument("--reason", metavar="R", default="", help=speech.tell("cli.option.reason"))
    for entry in (listed, ack):
        entry.add_argument("--json", action="store_true", help=speech.tell("cli.option.json"))
        add_common(entry)


def _list(args: argparse.Namespace) -> int:
    """Print what stands."""
    import msgspec

    from hmi.link.engine_messages import AskAlarms
    from hmi.project.names import visible

    async def work(asking: "Asking") -> "Alarms":
        return await ask(asking, lambda n: AskAlarms(number=n))  # type: ignore[no-any-return]  # the answer to it

    alarms = talk(station_for(open_project(args.project), args.data), work)
    if args.json:
        print(msgspec.json.format(msgspec.json.encode([answer(one) for one in alarms.stands]), indent=2).decode())
        return 0
    for one in alarms.stands:
        found = answer(one)
        words = [str(one.priority), found["active_since"], one.path, found["state"], found["message"], one.occurrence]
        print("\t".join(map(visible, words)))
    return 0


def answer(one: AlarmStand) -> dict[str, Any]:
    """Give an alarm as one object of `hmi alarms list --json`; the names are the contract."""
    from hmi.cli.readings import iso_utc

    return {
        "alarm": one.path,
        "tag": one.tag,
        "state": one.state.name.lower(),
        "priority": one.priority,
        "occurrence": one.occurrence,
        "active_since": iso_utc(one.active_since_ns),
        "message": one.title.pick(speech.language()),
        "value": one.value,
        "limit": one.limit,
        "unreliable": one.unreliable,
        "count": one.count,
        "acknowledged_by": one.acknowledged_by or None,
    }


def _acknowledge(args: argparse.Namespace) -> int:
    """Acknowledge; 0 only when each occurrence was."""
    import msgspec

    from hmi.link.engine_messages import AskAcknowledge

    password = password_of(args)
    names = tuple(args.occurrences)

    async def work(asking: "Asking") -> "Acknowledged":
        await sign_in(asking, args.user, password)
        made = await ask(asking, lambda n: AskAcknowledge(number=n, occurrences=names, note=args.reason))
        return made  # type: ignore[no-any-return]  # the answer to it

    done = talk(station_for(open_project(args.project), args.data), work)
    found = [
        {
            "occurrence": one.occurrence,
            "done": one.done,
            "reason": say_reason(one.reason, speech.language()) if one.reason is not None else None,
        }
        for one in done.outcomes
    ]
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        for row in found:
            print(f"{row['occurrence']}\t{row['reason'] or speech.tell('cli.alarms.acknowledged')}")
    return 0 if all(one.done for one in done.outcomes) else 1
