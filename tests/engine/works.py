"""What the tests of the engine share: small projects on simulated devices, an engine at work, a look at its image."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import numpy as np

from hmi.engine.core import Engine
from hmi.engine.folders import make_folders
from hmi.image.reader import LiveSource
from hmi.image.shown import LiveShown
from hmi.model.clock import Clock, SystemClock
from hmi.model.device import Device, ScanClass
from hmi.model.ident import derived_id, number_of_id
from hmi.model.project import Project, ProjectHeader
from hmi.model.quality import Cause
from hmi.model.station import Station
from hmi.model.tag import Tag

_BENCHES = itertools.count()

SCANS = (
    ScanClass(name="fast", period_ms=20, stale_after_ms=400),
    ScanClass(name="tenth", period_ms=100),
    ScanClass(name="normal", period_ms=1000),
)


def bench_name() -> str:
    """A test bench that no other test has."""
    return f"engine-test-{next(_BENCHES)}"


def device(name: str = "PLC1", *, bench: str = "", protocol: str = "simulator", scan: str = "fast", **fields) -> Device:
    options = fields.pop("options", msgspec.json.encode({"bench": bench}))
    return Device(
        id=derived_id("device", name), name=name, protocol=protocol, options=msgspec.Raw(options), scan=scan, **fields
    )


def tag(path: str, address: str, *, of: str = "PLC1", **fields) -> Tag:
    ident = fields.pop("id", None) or derived_id("tag", path)
    return Tag(id=ident, path=path, device=of, address=address, **fields)


def project(devices: list[Device], tags: list[Tag], scans: tuple[ScanClass, ...] = SCANS) -> Project:
    header = ProjectHeader(id=derived_id("project"), name="test", scan_classes=scans)
    return Project(header=header, devices=tuple(devices), tags=tuple(tags))


def station(folder: Path) -> Station:
    return Station(data=folder / "data", runtime=folder / "run")


@contextlib.asynccontextmanager
async def running(what: Project, folder: Path, clock: Clock | None = None) -> AsyncIterator[Engine]:
    """An engine at work on this loop, stopped cleanly at the end."""
    place = station(folder)
    make_folders(place)
    engine = Engine(what, place, clock or SystemClock())
    stop, ready = asyncio.Event(), asyncio.Event()
    work = asyncio.create_task(engine.run(stop, ready), name="engine under test")
    up = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait({work, up}, return_when=asyncio.FIRST_COMPLETED)
        yield engine
    finally:
        up.cancel()
        stop.set()
        await work


class Look:
    """The image as a window sees it, by path."""

    def __init__(self, folder: Path, what: Project, paths: list[str] | None = None, clock: Clock | None = None) -> None:
        self.source = LiveSource(station(folder).pointer, clock)
        tags = what.tags_by_path
        self.paths = paths if paths is not None else list(tags)
        idents = [number_of_id(tags[path].id if path in tags else derived_id("system", path)) for path in self.paths]
        self.source.poll()
        self.shown: LiveShown = self.source.show(np.array(idents, dtype=np.uint64))

    def __call__(self, path: str) -> tuple[float, Cause]:
        self.source.poll()
        self.shown.refresh()
        at = self.paths.index(path)
        return float(self.shown.columns.value[at]), Cause(int(self.shown.columns.cause[at]))

    def cause(self, path: str) -> Cause:
        return self(path)[1]

    def value(self, path: str) -> float:
        return self(path)[0]

    def text(self, path: str) -> str:
        self(path)
        return self.shown.text(self.paths.index(path))

    async def until(self, path: str, cause: Cause, limit_s: float = 4.0) -> float:
        """Wait until a tag has a cause; gives its value."""
        async with asyncio.timeout(limit_s):
            while self.cause(path) is not cause:
                await asyncio.sleep(0.01)
        return self.value(path)


def each(count: int) -> Iterator[str]:
    return (f"T{number:05d}" for number in range(count))
