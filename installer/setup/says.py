"""How dev.py speaks and stops; every module of the set-up uses it."""

import sys


class Stop(Exception):
    """Ends dev.py with one clear message and an exit code: 1 errors found, 2 usage, 3 environment."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def say(text: str) -> None:
    """One line to the person at the terminal; on stderr, so that `--json` on stdout stays clean."""
    print(f"dev.py: {text}", file=sys.stderr, flush=True)
