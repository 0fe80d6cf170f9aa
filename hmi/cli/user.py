"""`hmi user add|list|change|passwd`: who may sign in at this station. At the running engine, for it owns the store."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from hmi.cli import speech
from hmi.cli.engine_talk import ask, ask_secret, lines_of_file, password_of, secret_of_file, sign_in, talk
from hmi.cli.parser import Parser, add_common, file_name
from hmi.cli.station import add_project, open_project, station_for
from hmi.model.errors import HmiError, UsageError
from hmi.model.user import ADMINISTRATOR, OPERATOR, UserEntry

if TYPE_CHECKING:
    from hmi.link.engine_messages import Users
    from hmi.link.talk import Asking

NEW_PASSWORD_VARIABLE = "HMI_NEW_PASSWORD"


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    words = speech.tell("cli.user.help")
    entry = subparsers.add_parser("user", help=words, description=words)
    verbs = entry.add_subparsers(title=speech.tell("cli.verbs"), metavar="add|list|change|passwd", required=True)
    made = verbs.add_parser("add", help=speech.tell("cli.user.add"), description=speech.tell("cli.user.add"))
    made.set_defaults(work=_add)
    listed = verbs.add_parser("list", help=speech.tell("cli.user.list"), description=speech.tell("cli.user.list"))
    listed.set_defaults(work=_list)
    words = speech.tell("cli.user.change")
    other = verbs.add_parser("change", help=words, description=words)
    other.set_defaults(work=_alter)
    changed = verbs.add_parser(
        "passwd", help=speech.tell("cli.user.passwd"), description=speech.tell("cli.user.passwd")
    )
    changed.set_defaults(work=_change)
    for one in (made, listed, other, changed):
        add_project(one)
    for one in (made, other, changed):
        one.add_argument("name", metavar="NAME", help=speech.tell("cli.user.name"))
        needed = one is other
        one.add_argument("--user", metavar="U", required=needed, default="", help=speech.tell("cli.user.by"))
        words = speech.tell("cli.option.password_file")
        one.add_argument("--password-file", metavar="FILE", type=file_name, help=words)
    for one in (made, changed):
        words = speech.tell("cli.user.new_password_file")
        one.add_argument("--new-password-file", metavar="FILE", type=file_name, help=words)
    for one in (made, other):
        one.add_argument("--role", metavar="ROLE", default="", help=speech.tell("cli.user.role"))
        one.add_argument("--title", metavar="WORDS", default=None, help=speech.tell("cli.user.title"))
        group = one.add_mutually_exclusive_group()
        group.add_argument("--badge", action="store_true", help=speech.tell("cli.user.badge"))
        group.add_argument("--badge-file", metavar="FILE", type=file_name, help=speech.tell("cli.user.badge_file"))
    group = other.add_mutually_exclusive_group()
    group.add_argument(
        "--enable", dest="enabled", action="store_true", default=None, help=speech.tell("cli.user.enable")
    )
    group.add_argument("--disable", dest="enabled", action="store_false", help=speech.tell("cli.user.disable"))
    listed.add_argument("--json", action="store_true", help=speech.tell("cli.option.json"))
    for one in (made, listed, other, changed):
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
    badge, pin = _badge(args)
    entry = UserEntry(name=args.name, title=args.title or "", role=args.role or (ADMINISTRATOR if first else OPERATOR))

    async def work(asking: "Asking") -> None:
        if first:
            await ask(asking, lambda n: AskFirstAdministrator(number=n, name=args.name, password=secret))
            if entry.title or badge:
                await ask(asking, lambda n: AskAddUser(number=n, user=entry, badge=badge, pin=pin, change=True))
            return
        await sign_in(asking, args.user, password)
        await ask(asking, lambda n: AskAddUser(number=n, user=entry, password=secret, badge=badge, pin=pin))

    if first and entry.role != ADMINISTRATOR:
        raise UsageError("cli.user.first_is_administrator", place=entry.role)
    talk(station_for(open_project(args.project), args.data), work)
    print(speech.tell("cli.user.added", name=args.name, role=entry.role))
    return 0


def _alter(args: argparse.Namespace) -> int:
    """Change role, name, badge of a user, or whether they may sign in; what is not given stays."""
    import msgspec

    from hmi.link.engine_messages import AskAddUser, AskUsers

    password = password_of(args)
    badge, pin = _badge(args)
    wishes = {"role": args.role or None, "title": args.title, "enabled": args.enabled}
    wishes = {name: wish for name, wish in wishes.items() if wish is not None}
    if not wishes and not badge:
        raise UsageError("cli.user.nothing_to_change")

    async def work(asking: "Asking") -> None:
        await sign_in(asking, args.user, password)
        users = (await ask(asking, lambda n: AskUsers(number=n))).users
        named = [one for one in users if one.name.casefold() == args.name.casefold()]
        entry = msgspec.structs.replace(named[0] if named else UserEntry(name=args.name), **wishes)
        await ask(asking, lambda n: AskAddUser(number=n, user=entry, badge=badge, pin=pin, change=True))

    talk(station_for(open_project(args.project), args.data), work)
    print(speech.tell("cli.user.altered", name=args.name))
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
    return _typed_twice(speech.tell("cli.user.new_password", name=args.name))


def _badge(args: argparse.Namespace) -> tuple[str, str]:
    """Give what a badge's reader types and the PIN: from a file of two lines, or asked for; both empty without.

    Raises:
        UsageError: when the file cannot be read, there is no terminal to ask at, or nothing was read of the badge.
        HmiError: when the PINs that were typed differ.
    """
    if args.badge_file is not None:
        badge, pin = lines_of_file(args.badge_file, 2)
    elif args.badge:
        badge = ask_secret(speech.tell("cli.user.hold_badge", name=args.name))
        pin = _typed_twice(speech.tell("cli.user.new_pin", name=args.name))
    else:
        return "", ""
    if not badge:
        raise UsageError("cli.user.no_badge")
    return badge, pin


def _typed_twice(prompt: str) -> str:
    secret = ask_secret(prompt)
    if ask_secret(speech.tell("cli.user.again")) != secret:
        raise HmiError("cli.user.typed_differently")
    return secret
