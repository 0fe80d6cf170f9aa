"""`hmi merge BASE OURS THEIRS [-o FILE]`: merges one file of a project by object; git calls it as its merge driver."""

import argparse
import contextlib
from pathlib import Path

from hmi.cli import speech
from hmi.cli.parser import Parser
from hmi.model.errors import EnvironmentFault, ProjectError, UsageError


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    words = speech.tell("project.cli.merge.help")
    entry = subparsers.add_parser("merge", help=words, description=words)
    for name in ("base", "ours", "theirs"):
        entry.add_argument(name, metavar=name.upper(), type=Path, help=speech.tell(f"project.cli.merge.{name}"))
    entry.add_argument("-o", "--output", metavar="FILE", type=Path, help=speech.tell("project.cli.merge.output"))


def run(args: argparse.Namespace) -> int:
    """Merge; the result goes to OURS, as git expects, or to FILE. 1 when both sides changed the same."""
    from hmi.project.merge import merge_file
    from hmi.project.replace_file import replace_file

    versions = [_content(path) for path in (args.base, args.ours, args.theirs)]
    try:
        merged = merge_file(*versions)
    except ProjectError as error:
        raise ProjectError(error.reason.code, place=str(args.ours), **error.reason.arguments) from None
    target: Path = args.output or args.ours
    try:
        replace_file(target, merged.content)
    except OSError as error:
        raise EnvironmentFault("project.cli.not_written", place=str(target), error=str(error.strerror)) from error
    for conflict in merged.conflicts:
        code = "conflict" if conflict.fields else "conflict_removed"
        named = {"id": conflict.id or "-", "fields": ", ".join(conflict.fields)}
        speech.complain(f"{target}: " + speech.tell(f"project.{code}", **named))
    return int(bool(merged.conflicts))


def _content(path: Path) -> bytes:
    """Read one version.

    Raises:
        UsageError: there is no such file.
    """
    from hmi.project.merge import LARGEST

    with contextlib.suppress(OSError), path.open("rb") as opened:
        content = opened.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise UsageError("project.too_large", place=str(path), limit_mib=LARGEST // 2**20)
        return content
    raise UsageError("project.cli.no_such_file", place=str(path))
