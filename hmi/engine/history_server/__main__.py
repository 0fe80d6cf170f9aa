"""`python -m hmi.engine.history_server DATA RUNTIME`: the history server as a process. Started by `HistoryServerChild`.

Ends when its standard input ends (the engine is gone, or wants it to), or after ten minutes without a question.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import sys
import threading
import time
from pathlib import Path

from hmi.engine.history_server.answers import Answers
from hmi.link.engine_messages import HISTORY_SOCKET, HistoryMessage
from hmi.link.server import Server, serve
from hmi.model.errors import HmiError

IDLE_S = 600.0
LOOK_S = 5.0
NICE = 10
"""Lower priority: a long question must not cost a scan."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until the engine ends; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m hmi.engine.history_server", description=__doc__)
    parser.add_argument("data", type=Path, help="data folder of the station")
    parser.add_argument("runtime", type=Path, help="runtime folder of the station")
    parser.add_argument("--idle", type=float, default=IDLE_S, help="seconds without a question after which it ends")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(NICE)
    try:
        asyncio.run(_serve(options.data, options.runtime, options.idle))
    except HmiError as error:
        sys.stdout.write(f"{error}\n")
        return 3
    return 0


async def _serve(data: Path, runtime: Path, idle_s: float) -> None:
    """Answer until nobody needs it any more."""
    answers, stop = Answers(data), asyncio.Event()
    server: Server[HistoryMessage] = await serve(runtime / HISTORY_SOCKET, answers.answer, HistoryMessage)
    _watch_input(asyncio.get_running_loop(), stop)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    try:
        while not stop.is_set() and time.monotonic() - answers.asked_s < idle_s:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(LOOK_S, idle_s)):
                    await stop.wait()
    finally:
        await server.close()
        answers.close()


def _watch_input(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Set `stop` when the standard input ends: a pipe whose other end the engine holds."""

    def wait() -> None:
        while os.read(0, 1024):
            pass
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait, name="input", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
