"""Speaks to the running engine for a verb: connects, signs in, asks. Used by apply, tags write, alarms and user."""

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hmi.cli import speech
from hmi.cli.parser import Parser, file_name
from hmi.model.errors import EnvironmentFault, HmiError, LinkLost, UsageError
from hmi.model.station import Station

if TYPE_CHECKING:
    from hmi.link.talk import Asking

PASSWORD_VARIABLE = "HMI_PASSWORD"
T = TypeVar("T")


class Refused(HmiError):
    """The engine did not do it."""


def add_user_options(entry: Parser) -> None:
    """Declare who asks: `--user`, `--password-file`."""
    entry.add_argument("--user", metavar="U", required=True, help=speech.tell("cli.option.user"))
    entry.add_argument("--password-file", metavar="FILE", type=file_name, help=speech.tell("cli.option.password_file"))


def password_of(args: argparse.Namespace, prompt: str = "") -> str:
    """Give the password of `--user`: from a file, from HMI_PASSWORD, or asked for at the terminal.

    Raises:
        UsageError: when the file cannot be read, or there is no terminal to ask at.
    """
    if args.password_file is not None:
        return secret_of_file(args.password_file)
    if PASSWORD_VARIABLE in os.environ:
        return os.environ[PASSWORD_VARIABLE]
    return ask_secret(prompt or speech.tell("cli.user.password_of", user=args.user))


def secret_of_file(path: Path) -> str:
    """Give the first line of a file.

    Raises:
        UsageError: when it cannot be read.
    """
    return lines_of_file(path, 1)[0]


def lines_of_file(path: Path, count: int) -> list[str]:
    """Give the first lines of a file; a line that is missing is empty.

    Raises:
        UsageError: when it cannot be read.
    """
    try:
        with path.open(encoding="utf-8") as opened:
            return [opened.readline().rstrip("\r\n") for _ in range(count)]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("cli.user.password_file_unread", place=str(path)) from error


def ask_secret(prompt: str) -> str:
    """Ask for a secret at the terminal; what is typed is not shown.

    Raises:
        UsageError: when there is none.
    """
    import getpass

    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("cli.user.no_terminal", variable=PASSWORD_VARIABLE)
    return getpass.getpass(f"{prompt} ")


def talk(station: Station, work: "Callable[[Asking], Awaitable[T]]", told: Callable[[Any], None] | None = None) -> T:
    """Do something with the running engine of a station.

    Args:
        station: whose engine.
        work: what to do over the open link.
        told: gets what the engine says unasked; without it the engine is not asked to.

    Raises:
        EnvironmentFault: when no engine runs.
        HmiError: what the engine refuses.
    """
    return asyncio.run(_talk(station, work, told))


async def _talk(station: Station, work: "Callable[[Asking], Awaitable[T]]", told: Callable[[Any], None] | None) -> T:
    from hmi.link.engine_messages import AskHello, EngineMessage
    from hmi.link.messages import ENGINE_SOCKET
    from hmi.link.talk import reach

    try:
        asking = await reach(station.runtime / ENGINE_SOCKET, EngineMessage, told or _nothing)
    except LinkLost as lost:
        raise EnvironmentFault("cli.no_engine") from lost
    try:
        name = f"{socket.gethostname()} cli"
        await ask(asking, lambda n: AskHello(number=n, pid=os.getpid(), station=name, watches=told is not None))
        return await work(asking)
    except (LinkLost, TimeoutError) as lost:
        raise EnvironmentFault("cli.engine_gone") from lost
    finally:
        await asking.close()


async def ask(asking: "Asking", make: Callable[[int], Any], limit_s: float = 30.0) -> Any:
    """Ask, and turn a refusal into an error.

    Raises:
        Refused: with the engine's reason.
        LinkLost: when the engine has gone.
        TimeoutError: when it does not answer.
    """
    from hmi.link.messages import Refused as Refusal

    answer = await asking.ask(make, limit_s)
    if isinstance(answer, Refusal):
        refused = Refused(answer.reason.code)
        refused.reason = answer.reason
        raise refused
    return answer


async def sign_in(asking: "Asking", user: str, password: str) -> None:
    """Sign in for the rest of this conversation.

    Raises:
        Refused: when user and password do not belong together.
    """
    from hmi.link.engine_messages import AskSignIn

    await ask(asking, lambda n: AskSignIn(number=n, name=user, password=password))


def _nothing(message: Any) -> None:
    """Take what was told to nobody."""
    del message
