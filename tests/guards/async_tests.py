"""Runs `async def test_...` on a fresh event loop and refuses tasks that are left when the test returns.

pytest calls the hook; tests that are not async can use the fixture `run_async`. Debug mode of asyncio stays off: it
changes timing, and this program is measured in milliseconds.
"""

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

T = TypeVar("T")
GRACE_S = 0.25
"""For tasks that were told to end, such as a server's side of a connection that was just closed."""

DEFAULT_LIMIT_S = 8.0
"""Shorter than the time limit of a test, so that the message names the coroutine and not a signal."""


class TasksLeftBehind(AssertionError):
    """A coroutine returned while tasks that it started were still pending."""


async def _watched(work: Coroutine[Any, Any, T], limit_s: float) -> T:
    try:
        async with asyncio.timeout(limit_s):
            return await work
    finally:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        if left:
            _, left = await asyncio.wait(left, timeout=GRACE_S)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=1.0)
            names = ", ".join(sorted(f"{task.get_name()} ({_where(task)})" for task in left))
            raise TasksLeftBehind(f"left running when the test returned: {names}; cancel and await what was started")


def _where(task: "asyncio.Task[Any]") -> str:
    return getattr(task.get_coro(), "__qualname__", "?")


def run_coroutine(work: Coroutine[Any, Any, T], limit_s: float = DEFAULT_LIMIT_S) -> T:
    """Runs one coroutine on a fresh loop for at most `limit_s` seconds."""
    with asyncio.Runner(debug=False) as runner:
        return runner.run(_watched(work, limit_s))


@pytest.fixture
def run_async() -> Callable[..., Any]:
    """`run_async(coroutine, limit_s=8.0)`: runs it and returns its result."""
    return run_coroutine


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Takes over the call of a coroutine function."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    marker = pyfuncitem.get_closest_marker("timeout")
    limit_s = float(marker.args[0]) * 0.8 if marker and marker.args else DEFAULT_LIMIT_S
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    run_coroutine(pyfuncitem.obj(**arguments), limit_s)
    return True
