"""Runs an engine until it is told to stop: reads the project, takes the station's lock, minds the signals.

Called by `python -m hmi.engine` and by the command line (`hmi engine`), each in a process of its own.
"""

import asyncio
import contextlib
import logging
import signal
from pathlib import Path

from hmi.engine import event_loop
from hmi.engine.core import Engine
from hmi.engine.demo_troubles import DemoTroubles
from hmi.engine.deployment import Copies, Copy, Deployment
from hmi.engine.folders import make_folders
from hmi.engine.history_server import HistoryServerChild
from hmi.engine.lock import StationLock
from hmi.engine.service import Parts, Service
from hmi.engine.sessions import Sessions
from hmi.link.messages import ENGINE_SOCKET
from hmi.model.clock import Clock, SystemClock
from hmi.model.errors import EnvironmentFault, HmiError, ProjectError
from hmi.model.project import Project
from hmi.model.station import Station
from hmi.store import OpenStore, open_store

log = logging.getLogger("hmi.engine")

OK, ERRORS, ENVIRONMENT, OWN_FAULT = 0, 1, 3, 70
"""Exit codes (DESIGN section 7); a fault of the program itself is no refusal: the launcher starts it again."""


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
    copy: Copy | None = None,
    troubles: DemoTroubles | None = None,
) -> None:
    """Run an engine, its store and its end of the link until `stop` is set.

    Args:
        project: what to scan.
        station: its folders; made when missing.
        stop: ends it cleanly.
        clock: the machine's own when None.
        ready: set when the image is published and windows are served.
        copy: the copy of the project that was read; None for a project that has no folder (tests).
        troubles: of the engine of `hmi demo`.

    Raises:
        EnvironmentFault: when the folders cannot be used, another engine runs for this station, or its store is of a
            newer version.
        OSError: when the image cannot be made.
        ExceptionGroup: when a part failed that the engine cannot live without.
    """
    make_folders(station)
    lock = StationLock(station.data / "engine.lock")
    try:
        used = clock or (troubles.clock if troubles is not None else SystemClock())
        store = await open_store(station.data, clock=used, faults=troubles.disk if troubles is not None else None)
        try:
            await _run_with(store, project, station, stop, ready, copy or Copy(0, Path()), troubles, used)
        finally:
            await store.writer.close()
    finally:
        lock.release()


async def _run_with(
    store: OpenStore,
    project: Project,
    station: Station,
    stop: asyncio.Event,
    ready: asyncio.Event | None,
    copy: Copy,
    troubles: DemoTroubles | None,
    clock: Clock,
) -> None:
    """Scan, and serve windows, over an open store."""
    engine = Engine(project, station, clock, keeper=store.writer, standing=store.standing)
    sessions = Sessions(store.writer, store.standing, project.roles_by_name, clock)
    history = HistoryServerChild(station)
    parts = Parts(
        alarms=engine.alarms,
        commands=engine.commands,
        sessions=sessions,
        deployment=Deployment(Copies(station.data), copy, lambda: engine.project, engine.apply, store.writer, clock),
        history=history,
        keeper=store.writer,
        generation=lambda: engine.generation,
        project_id=project.header.id,
        demo=troubles.make if troubles is not None else None,
    )
    engine.applied.append(lambda now: sessions.use_roles(now.roles_by_name))
    begun = asyncio.Event()
    beside = [
        asyncio.create_task(_serve_windows(engine, Service(parts), station, begun, ready), name="windows"),
        asyncio.create_task(_learn_later(store, engine, sessions), name="what the store holds"),
    ]
    try:
        await engine.run(stop, begun)
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await history.close()


async def _serve_windows(
    engine: Engine, service: Service, station: Station, begun: asyncio.Event, ready: asyncio.Event | None
) -> None:
    """Serve windows as soon as there is something to show; without a socket the plant still runs."""
    await begun.wait()
    try:
        await service.run(station.runtime / ENGINE_SOCKET, ready)
    except EnvironmentFault as fault:
        log.error("no window can reach this engine: %s", fault)
        if ready is not None:
            ready.set()
    except Exception as error:
        log.critical("windows cannot be served any more", exc_info=True)
        engine.tick.fail(error)  # an engine that answers nobody must not look alive


async def _learn_later(store: OpenStore, engine: Engine, sessions: Sessions) -> None:
    """Take over what the store holds, when it could not be read at the start."""
    if not store.standing.known:
        standing = await asyncio.shield(store.later)
        sessions.learn(standing)
        engine.learn(standing)


def serve(project: Path, station: Station, *, clock: Clock | None = None, demo: bool = False) -> int:
    """Run an engine for a project folder until SIGTERM or SIGINT; blocks.

    Args:
        project: the folder.
        station: where it keeps things.
        clock: the machine's own when None.
        demo: run the engine of `hmi demo`, which can be broken on purpose and always takes the folder as it is now.

    Returns:
        The exit code: 0 stopped cleanly, 3 the environment does not allow it, 70 a fault of the program itself.

    Raises:
        ProjectError: when the project cannot be used at all.
        EnvironmentFault: when another engine runs for this station, or its folders cannot be used.
    """
    copy = _copy_to_run(project, station, afresh=demo)
    troubles = DemoTroubles() if demo else None
    return run_blocking(load_project(copy.folder), station, clock=clock, copy=copy, troubles=troubles)


def _copy_to_run(project: Path, station: Station, *, afresh: bool) -> Copy:
    """Give the copy to run from: the one that was applied, or a first one of the folder.

    A folder that cannot be copied (a full disk) is run from as it stands: the plant is worth more than the rule.
    """
    make_folders(station)
    copies = Copies(station.data)
    copy = copies.current()
    try:
        if copy is not None and (copies.same(copy, project) or not afresh):
            if not copies.same(copy, project):
                log.warning("%s was changed since it was applied; what runs is apply %d", project, copy.number)
            return copy
        copy = copies.take(project)
        copies.use(copy)
    except (EnvironmentFault, OSError) as error:
        if copy is not None:
            return copy
        log.error("the engine runs from the folder itself, for it cannot be copied: %s", error)
        return Copy(0, project)
    return copy


def run_blocking(
    project: Project,
    station: Station,
    *,
    clock: Clock | None = None,
    copy: Copy | None = None,
    troubles: DemoTroubles | None = None,
) -> int:
    """Run an engine for a project that has been read; else as `serve`.

    Raises:
        EnvironmentFault: when another engine runs for this station, or its folders cannot be used.
    """
    try:
        event_loop.run(_until_signal(project, station, clock, copy, troubles))
    except OSError as error:
        log.critical("the engine cannot work in %s: %s", station.runtime, error)
        return ENVIRONMENT
    except HmiError:
        raise
    except Exception:
        log.critical("the engine failed", exc_info=True)
        return OWN_FAULT
    return OK


async def _until_signal(
    project: Project, station: Station, clock: Clock | None, copy: Copy | None, troubles: DemoTroubles | None
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    try:
        await run_engine(project, station, stop, clock=clock, copy=copy, troubles=troubles)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(number)
