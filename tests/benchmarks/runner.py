"""Runs one benchmark in this process and prints its rows as one JSON line; `dev.py bench` starts it."""

import importlib
import json
import sys
from typing import Any

KEYS = {"name", "figure", "unit", "goal", "met"}


def rows_of(name: str) -> list[dict[str, Any]]:
    """Runs `tests.benchmarks.bench_NAME` and checks the form of what it returns.

    Raises:
        ValueError: a row has not exactly the keys name, figure, unit, goal, met.
    """
    rows: list[dict[str, Any]] = importlib.import_module(f"tests.benchmarks.bench_{name}").run()
    for row in rows:
        if set(row) != KEYS:
            raise ValueError(f"bench_{name}: a row has the keys {sorted(row)}, expected {sorted(KEYS)}")
        if row["met"] not in (True, False, None):
            raise ValueError(f"bench_{name}: met of {row['name']} is {row['met']!r}, expected true, false or null")
    return rows


if __name__ == "__main__":
    print(json.dumps(rows_of(sys.argv[1]), ensure_ascii=False))
