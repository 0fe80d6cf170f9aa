"""`hmi tags write PROJECT TAG VALUE --user U --reason R`: a command as a window gives it, with its end in words."""

import argparse
import asyncio
from typing import TYPE_CHECKING, Any

from hmi.cli import speech
from hmi.cli.engine_talk import add_user_options, ask, password_of, sign_in, talk
from hmi.cli.parser import Parser, add_common
from hmi.cli.station import add_project, open_project, station_for
from hmi.model.command import Command, CommandResult, CommandState
from hmi.model.errors import ProjectError, UsageError
from hmi.model.tag import DataType, Tag
from hmi.words import say_reason

if TYPE_CHECKING:
    from hmi.link.talk import Asking

_UNDER_WAY = frozenset({CommandState.REQUESTED, CommandState.SENT})
_WORDS = {"true": True, "false": False, "on": True, "off": False}
WAIT_S = 90.0
"""Longest wait for the end of a command; a tag's own deadline is at most 60 s."""


def add(verbs: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb below `tags`."""
    words = speech.tell("cli.tags.write")
    entry = verbs.add_parser("write", help=words, description=words)
    add_project(entry)
    entry.add_argument("tag", metavar="TAG", help=speech.tell("cli.argument.tag"))
    entry.add_argument("value", metavar="VALUE", help=speech.tell("cli.argument.value"))
    add_user_options(entry)
    entry.add_argument("--reason", metavar="R", default="", help=speech.tell("cli.option.reason"))
    entry.add_argument("--json", action="store_true", help=speech.tell("cli.option.json"))
    entry.set_defaults(work=run)
    add_common(entry)


def run(args: argparse.Namespace) -> int:
    """Write; 0 only when the device has the value."""
    import msgspec

    from hmi.model.ident import new_id

    project = open_project(args.project)
    tag = project.tags_by_path.get(args.tag)
    if tag is None:
        raise ProjectError("cli.tag_unknown", place=args.tag or '""', near="")
    command = Command(id=new_id(), tag=tag.id, value=value_of(args.value, tag), reason=args.reason)
    result = _write(args, command, password_of(args))
    words = say_reason(result.reason, speech.language()) if result.reason is not None else ""
    if args.json:
        found: dict[str, Any] = {
            "tag": args.tag,
            "command": result.id,
            "state": result.state.value,
            "reason": words or None,
            "reason_code": result.reason.code if result.reason is not None else None,
            "value": result.value,
            "old": result.old,
        }
        print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        line = speech.tell(f"cli.command.{result.state.value}", tag=args.tag, value=str(result.value))
        print(f"{line} {words}".strip())
    return 0 if result.state is CommandState.CONFIRMED else 1


def value_of(text: str, tag: Tag) -> bool | int | float | str:
    """Read a value as the tag's type needs it.

    Raises:
        UsageError: when it is no number where one is needed.
    """
    if tag.type is DataType.STRING:
        return text
    plain = text.strip().casefold()
    if plain in _WORDS and tag.type is DataType.BOOL:
        return _WORDS[plain]
    try:
        return int(plain)
    except ValueError:
        pass
    try:
        return float(plain)
    except ValueError:
        raise UsageError("cli.no_number", place=tag.path, given=text[:80]) from None


def _write(args: argparse.Namespace, command: Command, password: str) -> CommandResult:
    """Give the end of the command."""
    from hmi.link.engine_messages import AskCommand, AskCommandState, ToldCommand

    told: list[CommandResult] = []
    news: list[asyncio.Event] = []

    def hear(message: Any) -> None:
        if isinstance(message, ToldCommand) and message.result.id == command.id:
            told.append(message.result)
            for event in news:
                event.set()

    async def work(asking: "Asking") -> CommandResult:
        news.append(asyncio.Event())
        await sign_in(asking, args.user, password)
        result: CommandResult = (await ask(asking, lambda n: AskCommand(number=n, command=command))).result
        async with asyncio.timeout(WAIT_S):
            while result.state in _UNDER_WAY:
                if not told:
                    try:
                        async with asyncio.timeout(2.0):
                            await news[0].wait()
                    except TimeoutError:
                        answer = await ask(asking, lambda n: AskCommandState(number=n, command=command.id))
                        told.append(answer.result)
                news[0].clear()
                if told:
                    result = told[-1]
                    told.clear()
        return result

    return talk(station_for(open_project(args.project), args.data), work, hear)
