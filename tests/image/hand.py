"""What the tests of the image share: a clock set by hand, and a station in a temporary folder."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hmi.image.reader import LiveSource
from hmi.image.writer import ImageWriter
from hmi.model.clock import Clock
from hmi.model.value import TypeCode

SECOND = 1_000_000_000


@dataclass
class HandClock:
    """A clock that stands until it is moved."""

    wall: int = 1_800_000_000 * SECOND
    monotonic: int = 5_000 * SECOND

    def wall_ns(self) -> int:
        return self.wall

    def monotonic_ns(self) -> int:
        return self.monotonic

    def advance(self, seconds: float) -> None:
        self.wall += int(seconds * SECOND)
        self.monotonic += int(seconds * SECOND)


def numbers(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


def new_image(
    folder: Path, clock: Clock, idents: list[int], code: TypeCode = TypeCode.FLOAT64, **options
) -> ImageWriter:
    """A published image with a row for each id (rows 1, 2, ...)."""
    text_bytes = [64] * len(idents) if code is TypeCode.TEXT else None
    writer = ImageWriter.create(folder, len(idents), clock, **options)
    writer.append(numbers(*idents), [int(code)] * len(idents), text_bytes)
    writer.publish(folder / "current")
    return writer


def source_of(folder: Path, clock: Clock) -> LiveSource:
    return LiveSource(folder / "current", clock)


def commit(
    writer: ImageWriter, rows, values, *, status=0, cause=0, source_ns=0, receive_ns=1, mono_ns=1, texts=None
) -> int:
    """A commit with scalars where a test does not care."""
    rows = np.asarray(rows, dtype=np.intp)
    count = len(rows)
    value = np.asarray(values, dtype=np.float64)
    return writer.commit(
        rows,
        value.view(np.uint64).copy(),
        value,
        np.full(count, status, dtype=np.uint32),
        np.full(count, cause, dtype=np.uint16),
        np.full(count, source_ns, dtype=np.int64),
        np.full(count, receive_ns, dtype=np.int64),
        np.full(count, mono_ns, dtype=np.int64),
        texts or {},
    )
