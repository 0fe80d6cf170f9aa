"""`dev.py bench`: runs tests/benchmarks/ and shows the figures.

Called by dev.py; standard library only. Each file `bench_NAME.py` has `run() -> list[dict]` with the keys name, figure,
unit, goal and met. It runs in a fresh process (tests/benchmarks/runner.py), so that no benchmark warms another's caches
or pays for another's imports.
"""

import json
import subprocess

from installer.setup.children import environment
from installer.setup.environment import ROOT, python
from installer.setup.says import Stop, say

FOLDER = ROOT / "tests" / "benchmarks"


def run(name: str | None, *, as_json: bool) -> int:
    """Runs one benchmark or all.

    Args:
        name: of one benchmark, with or without `bench_`; None for all.
        as_json: prints a list of {"name", "figure", "unit", "goal", "met"} instead of a table.

    Returns:
        0 when all ran (a goal that was missed is a figure, not an error), 1 when one failed.
    """
    names = sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))
    if name is not None:
        if name.removeprefix("bench_") not in names:
            raise Stop(2, f"no benchmark {name!r}; there are: {', '.join(names) or 'none'}")
        names = [name.removeprefix("bench_")]
    rows: list[dict[str, object]] = []
    failed = False
    for one in names:
        say(f"measuring {one}")
        result = subprocess.run(
            [str(python()), "-m", "tests.benchmarks.runner", one],
            cwd=ROOT,
            env=environment(QT_QPA_PLATFORM="offscreen"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if result.returncode == 0:
            rows += json.loads(result.stdout.splitlines()[-1])
        else:
            failed = True
            say(f"{one} failed with exit code {result.returncode}")
    print(json.dumps(rows, ensure_ascii=False, indent=1) if as_json else _table(rows))
    return 1 if failed else 0


def _table(rows: list[dict[str, object]]) -> str:
    cells = [("what", "figure", "unit", "goal", "met")]
    for row in rows:
        figure = row["figure"]
        shown = f"{figure:.3g}" if isinstance(figure, float) else str(figure)
        met = {True: "yes", False: "NO", None: "-"}[row["met"]]  # type: ignore[index]
        cells.append(
            (str(row["name"]), shown, str(row["unit"]), str(row["goal"] if row["goal"] is not None else "-"), met)
        )
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )
