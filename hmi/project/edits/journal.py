"""The journal of edits: every step is on disk before the next, so that kill -9 loses nothing. Held by the editor.

One JSON line a step (`do` with edit and inverse, `undo`, `redo`, `saved`). The first line tells which state of the
project it begins with; opening applies what came after the state that the folder holds. A line that a crash cut short
is dropped. A journal that fits no state of the folder is set aside under another name, never thrown away.
"""

import hashlib
import os
import shutil
from pathlib import Path
from typing import IO, Self

import msgspec

from hmi.model.errors import ProjectError
from hmi.model.project import Project
from hmi.project._kinds import Kind
from hmi.project._read import read_project
from hmi.project._write import header_bytes, header_line, item_line, write_project
from hmi.project.edits._all import Edit, decode_edit, encode_edit
from hmi.project.edits._history import History


class _Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line."""

    step: str
    """`begin`, `do`, `undo`, `redo` or `saved`."""
    state: str = ""
    """Digest of the project, for `begin` and `saved`."""
    edit: msgspec.Raw = msgspec.Raw(b"")
    inverse: msgspec.Raw = msgspec.Raw(b"")


_LINE = msgspec.json.Decoder(_Line)


def state_of(project: Project) -> str:
    """Give the digest of a project's content: equal for equal projects, whatever files they lie in."""
    digest = hashlib.blake2b(header_bytes(project.header), digest_size=16)
    for items in (project.devices, project.types, project.instances, project.tags, project.navigation):
        for item in items:
            digest.update(item_line(item) + b"\n")
    for screen in project.screens:
        digest.update(header_line(Kind.SCREENS, screen) + b"\n")
        for element in project.elements.get(screen.id, ()):
            digest.update(item_line(element) + b"\n")
    for alarm in project.alarms:
        digest.update(item_line(alarm) + b"\n")
    return digest.hexdigest()


def finish_save(path: Path, folder: Path) -> bool:
    """Finish a save that a crash has interrupted. Call it before reading the folder.

    Each file is old or new after a crash, but the files may be of both states; the copy beside the journal holds the
    new one as a whole.

    Args:
        path: the journal's file.
        folder: the project folder.

    Returns:
        True when there was something to finish.

    Raises:
        OSError: the folder cannot be written.
    """
    staged = _staged(path)
    if not staged.is_dir():
        return False
    lines = _whole_lines(path.read_bytes())[0] if path.exists() else []
    saved = next((line.state for line in reversed(lines) if line.step == "saved"), "")
    project = read_project(staged).project
    complete = project is not None and state_of(project) == saved
    if project is not None and complete:
        write_project(project, folder)
    shutil.rmtree(staged, ignore_errors=True)
    return complete


def _staged(path: Path) -> Path:
    """Give the folder that holds a save until it is finished."""
    return path.with_name(f"{path.name}.saving")


class EditJournal:
    """The project under edit, its history, and the file that keeps both."""

    def __init__(self, path: Path, project: Project) -> None:
        """Open a journal, or begin one.

        Args:
            path: the journal's file; its folder is made.
            project: as it was read from its folder. Steps that were never saved are applied to it.

        Raises:
            OSError: the file cannot be read or written.
        """
        self._path = path
        self.history = History()
        self.project = project
        self.recovered = 0
        """Steps that were found in the journal and had not been saved."""
        self.set_aside: Path | None = None
        """Where a journal went that fits another state of the project."""
        path.parent.mkdir(parents=True, exist_ok=True)
        end = self._replay(path.read_bytes()) if path.exists() else 0
        self._file: IO[bytes] = open(path, "r+b" if path.exists() else "w+b")  # noqa: SIM115 - closed by close()
        self._file.truncate(end)
        self._file.seek(end)
        if end == 0:
            self._append(_Line(step="begin", state=state_of(self.project)))

    def __enter__(self) -> Self:
        """Give the journal itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file; everything is already written."""
        self._file.close()

    def do(self, edit: Edit) -> Project:
        """Do an edit; it is on disk when this returns.

        Raises:
            ProjectError: the edit cannot be done; nothing changes then.
            OSError: the disk is full; nothing changes then.
        """
        inverse = edit.invert(self.project)
        changed = edit.apply(self.project)
        self._append(_Line(step="do", edit=encode_edit(edit), inverse=encode_edit(inverse)))
        self.history.keep(edit, inverse)
        self.project = changed
        return changed

    def undo(self) -> Project:
        """Take the last step back, if there is one."""
        if self.history.can_undo:
            self._append(_Line(step="undo"))
            self.project = self.history.back().apply(self.project)
        return self.project

    def redo(self) -> Project:
        """Do the step again that was taken back last, if there is one."""
        if self.history.can_redo:
            self._append(_Line(step="redo"))
            self.project = self.history.forth().apply(self.project)
        return self.project

    def save(self, folder: Path) -> tuple[str, ...]:
        """Write the project into its folder, so that a crash at any moment can be mended by `finish_save`.

        Args:
            folder: the project folder.

        Returns:
            The files that changed.

        Raises:
            ProjectError: see `write_project`.
            OSError: the disk is full; the folder may hold files of both states until `finish_save`.
        """
        staged = _staged(self._path)
        shutil.rmtree(staged, ignore_errors=True)
        write_project(self.project, staged)
        self._append(_Line(step="saved", state=state_of(self.project)))
        changed = write_project(self.project, folder)
        shutil.rmtree(staged, ignore_errors=True)
        return changed

    def _append(self, line: _Line) -> None:
        """Write one line through to the disk; on failure the file is as before."""
        place = self._file.tell()
        try:
            self._file.write(msgspec.json.encode(line) + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            self._file.seek(place)
            self._file.truncate(place)
            raise

    def _replay(self, content: bytes) -> int:
        """Apply what the journal holds; gives the length of its good part, 0 for a journal that was set aside."""
        lines, end = _whole_lines(content)
        disk = state_of(self.project)
        # The last line that names the state of the folder: what comes after it was not saved.
        known = [number for number, line in enumerate(lines) if line.state == disk]
        if not lines or not known:
            if lines:
                self._set_aside(content)
            return 0
        history, project = History(), self.project
        try:
            for number, line in enumerate(lines):
                edit = _moved(history, line)
                if number > known[-1] and edit is not None:
                    project = edit.apply(project)
                    self.recovered += 1
        except (ProjectError, IndexError):
            self.recovered = 0
            self._set_aside(content)
            return 0
        self.history, self.project = history, project
        return end

    def _set_aside(self, content: bytes) -> None:
        """Keep a journal that cannot be used under a free name."""
        number = 1
        while (aside := self._path.with_name(f"{self._path.name}.aside-{number}")).exists():
            number += 1
        aside.write_bytes(content)
        self.set_aside = aside


def _moved(history: History, line: _Line) -> Edit | None:
    """Move the history by one line; gives the edit that this means for the project."""
    match line.step:
        case "do":
            edit = decode_edit(bytes(line.edit))
            history.keep(edit, decode_edit(bytes(line.inverse)))
            return edit
        case "undo":
            return history.back()
        case "redo":
            return history.forth()
        case _:
            return None


def _whole_lines(content: bytes) -> tuple[list[_Line], int]:
    """Give the lines up to the first that is torn, and where they end."""
    lines: list[_Line] = []
    end = 0
    for raw in content.splitlines(keepends=True):
        if not raw.endswith(b"\n"):
            break
        try:
            lines.append(_LINE.decode(raw))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            break
        end += len(raw)
    return lines, end
