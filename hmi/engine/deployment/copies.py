"""Read-only copies of a project in the data folder, numbered; the newest ten are kept. Engine process, in a thread."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from hmi.model.errors import EnvironmentFault
from hmi.project.applied import copies_folder, copy_folder, digest_of_folder, project_files
from hmi.project.replace_file import replace_file

KEPT = 10
MOST_BYTES = 512 * 1024 * 1024
"""Largest project; more is a wrong folder."""
_NUMBERED = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy."""

    number: int
    folder: Path


class Copies:
    """The copies of one station."""

    def __init__(self, data: Path) -> None:
        """Keep where they lie.

        Args:
            data: data folder of the station.
        """
        self._data = data
        self.folder = copies_folder(data)
        self._pointer = self.folder / "current"

    def current(self) -> Copy | None:
        """Give the copy that runs; None before the first one, or when it is not there any more."""
        try:
            number = int(self._pointer.read_text("ascii"))
        except (OSError, ValueError):
            return None
        copy = self._copy(number)
        return copy if (copy.folder / "project.json").is_file() else None

    def before(self, copy: Copy) -> Copy | None:
        """Give the copy that ran before this one."""
        older = [number for number in self._numbers() if number < copy.number]
        return self._copy(max(older)) if older else None

    def next_number(self) -> int:
        """Give the number that the next copy gets."""
        return max(self._numbers(), default=0) + 1

    def take(self, project: Path) -> Copy:
        """Copy a project folder under the next number; nothing runs from it yet.

        Raises:
            EnvironmentFault: when it cannot be copied; nothing is left behind.
        """
        number = self.next_number()
        work = self.folder / f".new-{number:06d}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(mode=0o700)
            _copy_parts(project, work)
            copy = self._copy(number)
            work.rename(copy.folder)
        except OSError as error:
            shutil.rmtree(work, ignore_errors=True)
            raise EnvironmentFault(
                "engine.copy_failed", place=str(project), error=error.strerror or str(error)
            ) from error
        return copy

    def use(self, copy: Copy) -> None:
        """Let a copy be the one that runs, and forget those that are too old.

        Raises:
            EnvironmentFault: when that cannot be written.
        """
        try:
            replace_file(self._pointer, f"{copy.number}\n".encode())
        except OSError as error:
            raise EnvironmentFault(
                "engine.copy_failed", place=str(self._pointer), error=error.strerror or str(error)
            ) from error
        for number in sorted(self._numbers())[:-KEPT]:
            if number != copy.number:
                self.drop(self._copy(number))

    def drop(self, copy: Copy) -> None:
        """Take a copy away."""
        shutil.rmtree(copy.folder, ignore_errors=True)

    def same(self, copy: Copy, project: Path) -> bool:
        """Tell whether a copy holds what a folder holds now."""
        return digest_of_folder(copy.folder) == digest_of_folder(project)

    def _copy(self, number: int) -> Copy:
        return Copy(number, copy_folder(self._data, number))

    def _numbers(self) -> list[int]:
        if not self.folder.is_dir():
            return []
        return [int(one.name) for one in self.folder.iterdir() if _NUMBERED.fullmatch(one.name)]


def _copy_parts(project: Path, target: Path) -> None:
    total = 0
    for path in project_files(project):
        total += path.stat().st_size
        if total > MOST_BYTES:
            raise EnvironmentFault("engine.project_too_large", place=str(project), limit=MOST_BYTES // 1024 // 1024)
        to = target / path.relative_to(project)
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(path, to)
        with to.open("rb") as copied:
            os.fsync(copied.fileno())
        to.chmod(0o400)
