"""Runs an engine until it is told to stop: reads the project, takes the station's lock, minds the signals.

Called by `python -m hmi.engine` and by the command line (`hmi engine`), each in a process of its own.
"""

import asyncio
import contextlib
import logging
import signal
from pathlib import Path

from hmi.engine.core import Engine
from hmi.engine.folders import make_folders
from hmi.engine.lock import StationLock
from hmi.model.clock import Clock, SystemClock
from hmi.model.errors import HmiError, ProjectError
from hmi.model.project import Project
from hmi.model.station import Station

log = logging.getLogger("hmi.engine")

OK, ERRORS, ENVIRONMENT = 0, 1, 3
"""Exit codes (DESIGN section 7)."""


def load_project(folder: Path) -> Project:
    """Read a project; what cannot be used of it is logged and left out, so that the rest of the plant runs.

    Raises:
        ProjectError: when nothing can be used.
    """
    from hmi.project import read_project

    result = read_project(folder)
    for problem in result.problems:
        arguments = ", ".join(f"{name}={value}" for name, value in problem.reason.arguments.items())
        place = f"{problem.file}:{problem.line}" if problem.line else problem.file
        log.warning("%s %s: %s(%s)", place, problem.place, problem.reason.code, arguments)
    if result.project is None:
        first = next(iter(result.problems), None)
        if first is None:
            raise ProjectError("engine.no_project", place=str(folder))
        raise ProjectError(first.reason.code, place=str(folder / first.file), **first.reason.arguments)
    return result.project


async def run_engine(
    project: Project,
    station: Station,
    stop: asyncio.Event,
    *,
    clock: Clock | None = None,
    ready: asyncio.Event | None = None,
) -> None:
    """Run an engine until `stop` is set.

    Args:
        project: what to scan.
        station: its folders; made when missing.
        stop: ends it cleanly.
        clock: the machine's own when None.
        ready: set when the image is published.

    Raises:
        EnvironmentFault: when the folders cannot be used or another engine runs for this station.
        OSError: when the image cannot be made.
        ExceptionGroup: when a part failed that the engine cannot live without.
    """
    make_folders(station)
    lock = StationLock(station.data / "engine.lock")
    try:
        await Engine(project, station, clock or SystemClock()).run(stop, ready)
    finally:
        lock.release()


def serve(project: Path, station: Station, *, clock: Clock | None = None) -> int:
    """Run an engine for a project folder until SIGTERM or SIGINT; blocks.

    Args:
        project: the folder.
        station: where it keeps things.
        clock: the machine's own when None.

    Returns:
        The exit code: 0 stopped cleanly, 1 failed, 3 the environment does not allow it.

    Raises:
        ProjectError: when the project cannot be used at all.
        EnvironmentFault: when another engine runs for this station, or its folders cannot be used.
    """
    return run_blocking(load_project(project), station, clock=clock)


def run_blocking(project: Project, station: Station, *, clock: Clock | None = None) -> int:
    """Run an engine for a project that has been read; else as `serve`.

    Raises:
        EnvironmentFault: when another engine runs for this station, or its folders cannot be used.
    """
    try:
        asyncio.run(_until_signal(project, station, clock))
    except OSError as error:
        log.critical("the engine cannot work in %s: %s", station.runtime, error)
        return ENVIRONMENT
    except HmiError:
        raise
    except Exception:
        log.critical("the engine failed", exc_info=True)
        return ERRORS
    return OK


async def _until_signal(project: Project, station: Station, clock: Clock | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    try:
        await run_engine(project, station, stop, clock=clock)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(number)
