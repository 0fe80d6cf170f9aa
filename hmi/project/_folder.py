"""Looks into a project folder without trusting it: plain files only, bounded in number and size.

Called by reader and writer.

A project may come from anywhere (an archive, a stick), so links, pipes and devices are never opened, and nothing
outside of the folder is reached.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hmi.model.reason import Argument, reason
from hmi.project._kinds import PROJECT_FILE, Kind
from hmi.project._problem import Problem, Severity

FILE_BYTES = 64 * 2**20
"""Largest file that is read."""
PROJECT_BYTES = 256 * 2**20
"""Largest sum of all files that are read."""
FILES = 10_000
"""Most files of one folder."""


class FoundFile(msgspec.Struct, frozen=True):
    """A file of the project: its path inside the folder and its bytes."""

    path: str
    content: bytes


def file_problem(path: str, code: str, mend: str, **arguments: Argument) -> Problem:
    """Make an error about a whole file (`project.CODE`, `project.mend.MEND`)."""
    return Problem(
        severity=Severity.ERROR,
        file=path,
        reason=reason(f"project.{code}", **arguments),
        mend=reason(f"project.mend.{mend}"),
    )


def found_files(folder: Path, problems: list[Problem]) -> Iterator[FoundFile]:
    """Give `project.json` and the `.jsonl` files of the project's folders, in a fixed order.

    Args:
        folder: the project folder.
        problems: what cannot be read is added here.
    """
    budget = PROJECT_BYTES
    for path in _paths(folder, problems):
        content = read_bounded(folder, path, problems)
        if content is None:
            continue
        budget -= len(content)
        if budget < 0:
            problems.append(file_problem(path, "too_much", "too_large", limit_mib=PROJECT_BYTES // 2**20))
            return
        yield FoundFile(path, content)


def _paths(folder: Path, problems: list[Problem]) -> Iterator[str]:
    """List the files that a project is made of."""
    yield PROJECT_FILE
    for kind in Kind:
        room = folder / kind.value
        if room.is_symlink():
            problems.append(file_problem(kind.value, "link", "link"))
            continue
        try:
            names = sorted(entry.name for entry in os.scandir(room) if entry.name.endswith(".jsonl"))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            problems.append(file_problem(kind.value, "unreadable", "unreadable", error=str(error.strerror)))
            continue
        if len(names) > FILES:
            problems.append(file_problem(kind.value, "too_many_files", "too_large", limit=FILES))
        yield from (f"{kind.value}/{name}" for name in names[:FILES] if not name.startswith("."))


def read_bounded(folder: Path, path: str, problems: list[Problem]) -> bytes | None:
    """Read one plain file of the folder, or add why not and give None."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    target = folder / path
    try:
        if target.is_symlink():
            problems.append(file_problem(path, "link", "link"))
            return None
        descriptor = os.open(target, flags)
    except FileNotFoundError:
        problems.append(file_problem(path, "missing", "missing"))
        return None
    except (OSError, ValueError) as error:
        problems.append(
            file_problem(path, "unreadable", "unreadable", error=getattr(error, "strerror", "") or str(error))
        )
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        problems.append(file_problem(path, "not_plain", "link"))
        return None
    with os.fdopen(descriptor, "rb") as opened:
        content = opened.read(FILE_BYTES + 1)
    if len(content) > FILE_BYTES:
        problems.append(file_problem(path, "too_large", "too_large", limit_mib=FILE_BYTES // 2**20))
        return None
    return content
