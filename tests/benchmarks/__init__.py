"""Benchmarks, run by `dev.py bench`: files `bench_NAME.py` with `run() -> list[dict[str, object]]`.

Each row has name, figure, unit, goal and met. None is a pass or fail of CI: the figures go into the help and the notes.
"""
