"""The hard end of a test that hangs outside of Python.

pytest-timeout raises in the test by a signal, which is tidy but waits for the next Python instruction: a Qt event loop
that never calls back, or a deadlock in C, would wait for ever. Some seconds later this ends the whole run with the
stack of every thread. Long tests get their own, larger limit here.
"""

import faulthandler
import os
from collections.abc import Iterator

import pytest

LONG_LIMIT_S = 900
"""Limit of one test that is marked `long` and names none itself."""
_REPORT = pytest.StashKey[int]()


def hard_end_s(limit_s: float) -> float:
    """When a test with this limit is held to be stuck: late enough for its fixtures to be taken down."""
    return 2 * limit_s + 20


def pytest_configure(config: pytest.Config) -> None:
    """Keeps a way to the terminal that pytest's capturing does not close."""
    config.stash[_REPORT] = os.dup(2)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Gives the descriptor back."""
    os.close(config.stash[_REPORT])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test marked `long` may take minutes."""
    for item in items:
        if item.get_closest_marker("long") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONG_LIMIT_S))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Arms the hard end for one test, its fixtures included."""
    marker = item.get_closest_marker("timeout")
    limit_s = float(marker.args[0]) if marker and marker.args else float(item.config.getini("timeout") or 10)
    faulthandler.dump_traceback_later(hard_end_s(limit_s), exit=True, file=item.config.stash[_REPORT])
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()
