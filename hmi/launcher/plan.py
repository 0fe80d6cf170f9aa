"""What the launcher is to keep alive. Pure; made by the command line."""

from dataclasses import dataclass
from enum import StrEnum

FIRST_PAUSE_S = 0.2
"""Pause before the first restart."""
LONGEST_PAUSE_S = 5.0
QUIET_S = 10.0
"""A process that lived this long is well again: its next pause is the first one."""
HUNG_S = 10.0
"""Silence of a window or an engine after which it is taken for hung and ended."""
START_LIMIT_S = 30.0
"""Longest time from a start to the first sign of life."""
REFUSAL_S = 5.0
"""A process that ends with a code of refusal within this time of its very first start ends the launcher too."""
REFUSALS = frozenset({1, 2, 3})
"""Codes that say that starting again would bring the same: errors found, wrong usage, environment."""


class Role(StrEnum):
    """Who a process is."""

    SIMULATOR = "simulator"
    ENGINE = "engine"
    WINDOW = "window"


STOP_ORDER = (Role.WINDOW, Role.ENGINE, Role.SIMULATOR)
"""First who shows, then who scans, then who is scanned: so that the end looks like no fault anywhere."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process to keep alive."""

    role: Role
    command: tuple[str, ...]
    """The whole command line, interpreter included."""
    ends_all: frozenset[int] = frozenset()
    """Exit codes with which it ends everything: a window that its user closed ends with 0."""
    most_starts: int = 0
    """After so many starts another failure ends everything with code 1; 0 starts it for ever."""
    outlives: bool = False
    """True for an engine that is to run on when the launcher ends (`--keep-engine`)."""


def pause_s(failures: int) -> float:
    """Give the pause before the next start: 0.2 s after the first failure, doubling up to 5 s."""
    return float(min(FIRST_PAUSE_S * 2 ** max(failures - 1, 0), LONGEST_PAUSE_S))
