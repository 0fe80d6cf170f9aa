"""A law by which each row can be recomputed from its tick, and a process writing by it: `python -m tests.image.law`.

Tick t writes all rows when t is a multiple of 4, else those whose number leaves the remainder t modulo 3. Whoever reads
can therefore tell from the newest tick which tick each row must be of, and from that what must stand in it.
"""

import sys
import time
from pathlib import Path

import numpy as np

from hmi.image.contract import ShownColumns
from hmi.image.writer import ImageWriter
from hmi.model.clock import SystemClock
from hmi.model.value import TypeCode

FACTOR = 1_000_003


def idents(count: int) -> np.ndarray:
    return np.arange(1, count + 1, dtype=np.uint64) * np.uint64(7919)


def rows_of_tick(tick: int, count: int) -> np.ndarray:
    if tick % 4 == 0:
        return np.arange(count)
    return np.arange(count)[np.arange(count) % 3 == tick % 3]


def tick_of_rows(newest: int, count: int) -> np.ndarray:
    """The tick that each row must be of when `newest` is the last one written."""
    found = np.zeros(count, dtype=np.int64)
    for tick in range(max(newest - 7, 0), newest + 1):
        found[rows_of_tick(tick, count)] = tick
    return found


def write_tick(writer: ImageWriter, rows: np.ndarray, tick: int) -> None:
    places = rows_of_tick(tick, len(rows))
    stamp = np.full(len(places), tick, dtype=np.int64)
    raw = (stamp * FACTOR + places).astype(np.uint64)
    writer.commit(
        rows[places],
        raw,
        raw.astype(np.float64),
        (raw % np.uint64(1000)).astype(np.uint32),
        (raw % np.uint64(97)).astype(np.uint16),
        stamp,
        stamp,
        stamp,
    )


def new_writer(folder: Path, count: int, newer_than: int = 0) -> tuple[ImageWriter, np.ndarray]:
    writer = ImageWriter.create(folder, count, SystemClock(), newer_than=newer_than)
    rows = writer.append(idents(count), np.full(count, int(TypeCode.UINT64), dtype=np.uint8))
    write_tick(writer, rows, 0)
    writer.publish(folder / "current")
    return writer, rows


def broken_rows(columns: ShownColumns) -> int:
    """How many rows are torn in themselves or of another tick than the newest one asks for."""
    count = len(columns.raw)
    stamp = columns.source_ns
    raw = (stamp * FACTOR + np.arange(count)).astype(np.uint64)
    right = columns.raw == raw
    right &= columns.value == raw.astype(np.float64)
    right &= columns.status == (raw % np.uint64(1000)).astype(np.uint32)
    right &= columns.cause == (raw % np.uint64(97)).astype(np.uint16)
    right &= stamp == tick_of_rows(int(stamp.max()), count)
    return int(np.count_nonzero(~right))


def main() -> None:
    """Write by the law until killed: folder, rows, ticks a second (0 = flat out)."""
    folder, count, hertz = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    writer, rows = new_writer(folder, count)
    print("ready", flush=True)
    tick, due = 0, time.monotonic()
    while True:
        tick += 1
        write_tick(writer, rows, tick)
        if hertz:
            due += 1 / hertz
            time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    main()
