"""`dev.py check`: style, format, types, import contracts and house rules, side by side, silent where all is well.

Called by dev.py (`check` and `test`); standard library only. Each part is a process of its own, so two cores are used
and one that crashes hides none of the others.
"""

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from installer.setup.children import environment
from installer.setup.environment import ROOT, python
from installer.setup.says import say


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that `check` looks at."""

    name: str
    why: str
    """Said when it fails: what the rule is good for and how to mend it."""
    command: tuple[str, ...]


PARTS = (
    Part(
        "types",
        "mypy --strict: a forgotten None is found here, not on night shift. An ignore carries its code and reason.",
        ("-m", "mypy"),
    ),
    Part(
        "imports",
        "the rooms and who may enter which (DESIGN.md section 3); each contract says below what it protects.",
        ("tests/contracts/imports.py",),
    ),
    Part(
        "house rules",
        "names, sizes and habits that no linter knows; each finding says its reason.",
        ("tests/house/rules.py",),
    ),
    Part(
        "style",
        "ruff: `.venv/bin/ruff check --fix` mends most of it.",
        ("-m", "ruff", "check", "--quiet", "--output-format=concise"),
    ),
    Part(
        "format",
        "one format, so that a diff shows meaning only: `.venv/bin/ruff format` mends it.",
        ("-m", "ruff", "format", "--check", "--output-format=concise"),
    ),
)


def check(only: tuple[str, ...] = ()) -> bool:
    """Runs the parts; prints those that failed.

    Args:
        only: names of parts; all of them when empty.

    Returns:
        Whether all is well.
    """
    parts = [part for part in PARTS if not only or part.name in only]
    started = time.monotonic()
    with ThreadPoolExecutor(max_workers=2) as two:
        results = list(two.map(_run, parts))
    failed = [(part, output) for part, (code, output) in zip(parts, results, strict=True) if code != 0]
    for part, output in failed:
        say(f"{part.name} failed. Why it matters: {part.why}\n{output.rstrip()}\n")
    if not failed:
        say(f"check: {', '.join(part.name for part in parts)} are well ({time.monotonic() - started:.0f} s)")
    return not failed


def _run(part: Part) -> tuple[int, str]:
    run = subprocess.run(
        [str(python()), *part.command],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return run.returncode, run.stdout
