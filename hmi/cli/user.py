"""`hmi user add|list|passwd`: who may sign in at this station. At the running engine, for it owns the store."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from hmi.cli import speech
from hmi.cli.engine_talk import ask, ask_secret, password_of, secret_of_file, sign_in, talk
from hmi.cli.parser import Parser, add_common, file_name
from hmi.cli.station import add_project, open_project, station_for
from hmi.model.user import ADMINISTRATOR, OPERATOR, UserEntry

if TYPE_CHECKING:
    from hmi.link.engine_messages import Users
    from hmi.link.talk import Asking

NEW_PASSWORD_VARIABLE = "HMI_NEW_PASSWORD"


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    words = speech.tell("cli.user.help")
    entry = subparsers.add_parser("user", help=words, description=words)
    verbs = entry.add_subparsers(title=speech.tell("cli.verbs"), metavar="add|list|passwd", required=True)
    made = verbs.add_parser("add", help=speech.tell("cli.user.add"), description=speech.tell("cli.user.add"))
    made.set_defaults(work=_add)
    listed = verbs.add_parser("list", help=speech.tell("cli.user.list"), description=speech.tell("cli.user.list"))
    listed.set_defaults(work=_list)
    changed = verbs.add_parser(
        "passwd", help=speech.tell("cli.user.passwd"), description=speech.tell("cli.user.passwd")
    )
    changed.set_defaults(work=_change)
    for one in (made, listed, changed):
        add_project(one)
    for one in (made, changed):
        one.add_argument("name", metavar="NAME", help=speech.tell("cli.user.name"))
        one.add_argument("--user", metavar="U", default="", help=speech.tell("cli.user.by"))
        words = speech.tell("cli.option.password_file")
        one.add_argument("--password-file", metavar="FILE", type=file_name, help=words)
        words = speech.tell("cli.user.new_password_file")
        one.add_argument("--new-password-file", metavar="FILE", type=file_name, help=words)
    made.add_argument("--role", metavar="ROLE", default="", help=speech.tell("cli.user.role"))
    made.add_argument("--title", metavar="WORDS", default="", help=speech.tell("cli.user.title"))
    listed.add_argument("--json", action="store_true", help=speech.tell("cli.option.json"))
    for one in (made, listed, changed):
        add_common(one)


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    return int(args.work(args))


def _add(args: argparse.Namespace) -> int:
    """Add a user; the first one of a station is its administrator and needs nobody who asks for it."""
    from hmi.link.engine_messages import AskAddUser, AskFirstAdministrator

    first = not args.user
    secret = _new_password(args)
    password = "" if first else password_of(args)
    entry = UserEntry(name=args.name, title=args.title, role=args.role or (ADMINISTRATOR if first else OPERATOR))

    async def work(asking: "Asking") -> None:
        if first:
            await ask(asking, lambda n: AskFirstAdministrator(number=n, name=args.name, password=secret))
            return
        await sign_in(asking, args.user, password)
        await ask(asking, lambda n: AskAddUser(number=n, user=entry, password=secret))

    talk(station_for(open_project(args.project), args.data), work)
    print(speech.tell("cli.user.added", name=args.name, role=ADMINISTRATOR if first else entry.role))
    return 0


def _list(args: argparse.Namespace) -> int:
    """Print the users."""
    import msgspec

    from hmi.link.engine_messages import AskUsers
    from hmi.project.names import visible

    async def work(asking: "Asking") -> "Users":
        return await ask(asking, lambda n: AskUsers(number=n))  # type: ignore[no-any-return]  # the answer to it

    users = talk(station_for(open_project(args.project), args.data), work).users
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(users), indent=2).decode())
        return 0
    for one in users:
        state = speech.tell("cli.user.enabled" if one.enabled else "cli.user.disabled")
        print("\t".join(map(visible, (one.name, one.role, state, one.title))))
    return 0


def _change(args: argparse.Namespace) -> int:
    """Change a password: one's own, or with `--user` somebody else's."""
    from hmi.link.engine_messages import AskPassword

    args.user = args.user or args.name
    old = password_of(args)
    secret = _new_password(args)

    async def work(asking: "Asking") -> None:
        await sign_in(asking, args.user, old)
        await ask(asking, lambda n: AskPassword(number=n, name=args.name, password=secret, old=old))

    talk(station_for(open_project(args.project), args.data), work)
    print(speech.tell("cli.user.changed", name=args.name))
    return 0


def _new_password(args: argparse.Namespace) -> str:
    """Give the new password: from a file, from HMI_NEW_PASSWORD, or asked for twice at the terminal.

    Raises:
        UsageError: when there is none of these.
        HmiError: when what was typed twice differs.
    """
    path: Path | None = args.new_password_file
    if path is not None:
        return secret_of_file(path)
    if NEW_PASSWORD_VARIABLE in os.environ:
        return os.environ[NEW_PASSWORD_VARIABLE]
    secret = ask_secret(speech.tell("cli.user.new_password", name=args.name))
    if ask_secret(speech.tell("cli.user.again")) != secret:
        from hmi.model.errors import HmiError

        raise HmiError("cli.user.typed_differently")
    return secret
