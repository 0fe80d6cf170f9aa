"""Opens the store for the engine: what stands, and the writer. Called once at the engine's start, on its event loop."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hmi.model.clock import Clock, SystemClock
from hmi.model.errors import EnvironmentFault
from hmi.store.contract import Standing
from hmi.store.faults import InjectedFaults
from hmi.store.writer import StoreWriter

if TYPE_CHECKING:
    import asyncio

    from hmi.store.ledger import Ledger


@dataclass(frozen=True, slots=True)
class OpenStore:
    """The store, open."""

    standing: Standing
    """What an engine finds at its start. With `known` false it could not be read yet."""
    writer: StoreWriter
    """A `Keeper`; `await writer.close()` ends it."""

    @property
    def later(self) -> "asyncio.Future[Standing]":
        """What the store holds, once it could be read: done at once in every ordinary case. Shield it to wait."""
        return self.writer.later


async def open_store(
    folder: Path, *, make: bool = True, clock: Clock | None = None, faults: InjectedFaults | None = None
) -> OpenStore:
    """Open the store of a station; nothing slow happens on the loop.

    A full, read-only or locked disk is no error: the engine goes on, `writer.state` says why, and what cannot be read
    is `known=False`. A broken file is set aside and a new one is begun.

    Args:
        folder: data folder of the station; exists, of this account alone. Only one process may open it for writing:
            the engine, which holds the station's lock.
        make: make a store where there is none.
        clock: stamps the store's own records; the machine's when None.
        faults: made on purpose; given by `hmi demo` alone.

    Raises:
        EnvironmentFault: when the store is of a newer version, or there is none and `make` is false.
    """
    if not make and not (folder / "store.sqlite").exists():
        raise EnvironmentFault("store.none", place=str(folder))
    wall = clock or SystemClock()

    def ledger() -> "Ledger":
        from hmi.store.ledger import Ledger

        return Ledger(folder, wall, faults)

    writer = StoreWriter(folder, ledger)
    try:
        standing = await writer.opened
    except BaseException:
        await writer.close()
        raise
    return OpenStore(standing, writer)
