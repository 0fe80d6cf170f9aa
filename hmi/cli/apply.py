"""`hmi apply PROJECT --user U [--back] [--look] [--json]`: let the running engine take a changed project."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hmi.cli import speech
from hmi.cli.engine_talk import add_user_options, ask, password_of, sign_in, talk
from hmi.cli.parser import Parser
from hmi.cli.station import add_project, open_project, project_folder, station_for
from hmi.words import say_reason

if TYPE_CHECKING:
    from hmi.link.engine_messages import Applied
    from hmi.link.talk import Asking


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    words = speech.tell("cli.apply.help")
    entry = subparsers.add_parser("apply", help=words, description=words)
    add_project(entry)
    add_user_options(entry)
    entry.add_argument("--back", action="store_true", help=speech.tell("cli.apply.back"))
    entry.add_argument("--look", action="store_true", help=speech.tell("cli.apply.look"))
    entry.add_argument("--json", action="store_true", help=speech.tell("cli.option.json"))


def run(args: argparse.Namespace) -> int:
    """Do the verb; 1 when the project is refused: the one before runs on."""
    import msgspec

    from hmi.link.engine_messages import AskApply

    folder = Path(project_folder(args.project))
    station = station_for(open_project(folder), args.data)
    password = password_of(args)

    async def work(asking: "Asking") -> "Applied":
        await sign_in(asking, args.user, password)
        target = "" if args.back else str(folder)
        made = await ask(
            asking, lambda n: AskApply(number=n, folder=target, back=args.back, look_only=args.look), limit_s=120.0
        )
        return made  # type: ignore[no-any-return]  # the answer to AskApply

    done = talk(station, work)
    lines = [say_reason(line, speech.language()) for line in done.difference.lines]
    if args.json:
        found: dict[str, Any] = {
            "applied": done.applied,
            "looked_only": args.look,
            "changes": done.difference.total,
            "difference": lines,
            "devices_restarted": list(done.difference.devices_restarted),
            "restore_point": done.restore_point or None,
        }
        print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return 0
    for line in lines:
        print(line)
    if done.difference.total > len(lines):
        print(speech.tell("cli.apply.more", count=done.difference.total - len(lines)))
    code = "cli.apply.would" if args.look else "cli.apply.done"
    print(speech.tell(code, number=done.applied, changes=done.difference.total))
    return 0
