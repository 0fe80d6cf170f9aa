"""The event loop of the engine: uvloop where it is installed, asyncio's own elsewhere. The one file that knows uvloop.

Used by the engine process. A poll of a device that answers one request at a time is a turn of the loop per request, and
two thirds of its CPU are system calls and that turn; uvloop's costs a third less (decision 0016). There is none for
Windows. Nothing else may be different: no other file asks which loop runs.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Give what makes the loop; None stands for asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, as `asyncio.run` does."""
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(work)
