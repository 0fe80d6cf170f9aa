"""A project with its station in a folder of its own, driven by the command line in real processes, as a user would."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
Answer = dict[str, Any]
"""One line of `hmi tags read --json`."""
WAITING = frozenset({"engine_silent", "never_read", "device_connecting", "engine_restarted"})
"""Causes of a tag that has not been read yet."""


class OwnStation:
    """A folder with a project, its data and its sockets."""

    def __init__(self, folder: Path) -> None:
        """Makes nothing yet; the folder exists."""
        self.folder = folder
        self.project = folder / "project"
        self.environ = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "HMI_DATA_DIR": str(folder / "data")}
        self.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled once into a folder of its own, not by each process
        self.environ |= {"HMI_LANG": "en", "PYTHONPYCACHEPREFIX": str(folder / "compiled"), "PYTHONPATH": str(ROOT)}

    def hmi(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Runs the command line in a process and gives what it said."""
        command = [sys.executable, "-m", "hmi", *map(str, words)]
        return subprocess.run(
            command, cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=20, check=False
        )

    def new(self, table: str) -> None:
        """Makes the project of a table of tags, and checks it strictly."""
        csv = self.folder / "tags.csv"
        csv.write_text(table, encoding="utf-8")
        for words in (("new", self.project, "--tags", csv), ("check", self.project, "--strict")):
            done = self.hmi(*words)
            assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr

    @contextlib.contextmanager
    def engine(self) -> Iterator["subprocess.Popen[bytes]"]:
        """Runs `hmi engine` and ends it in order."""
        command = [sys.executable, "-m", "hmi", "engine", str(self.project)]
        with subprocess.Popen(command, cwd=self.folder, env=self.environ) as process:
            try:
                yield process
                process.terminate()
                assert process.wait(10) == 0
            finally:
                process.kill()

    def read(self, *tags: str) -> list[Answer]:
        """Gives what `hmi tags read --json` says."""
        done = self.hmi("tags", "read", self.project, *tags, "--json")
        assert (done.returncode, done.stderr) == (0, "")
        answers: list[Answer] = json.loads(done.stdout)
        assert [answer["tag"] for answer in answers] == list(tags)
        return answers

    def read_when(
        self, tags: Sequence[str], condition: Callable[[Answer], bool], limit_s: float = 10.0
    ) -> list[Answer]:
        """Reads until all answers meet a condition."""
        begin = time.monotonic()
        while not all(map(condition, answers := self.read(*tags))):
            assert time.monotonic() - begin < limit_s, [answer for answer in answers if not condition(answer)][:5]
        return answers


def is_read(answer: Answer) -> bool:
    """Tells whether the engine has heard of a tag since its start."""
    return answer["cause"] not in WAITING
