"""The processes of bench_image: `python -m tests.benchmarks.image_sides ROLE PATH SECONDS`, a result line each.

Every frame changes all rows by a law, so that both readers can prove that they hold one frame and nothing of another.
What the proof costs is taken out of the CPU; everything else of the process counts, also waiting for the next frame.
"""

import json
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from hmi.image.reader import LiveSource
from hmi.image.writer import ImageWriter
from hmi.model.clock import SystemClock
from hmi.model.value import TypeCode

ROWS = 100_000
HERTZ = 30
CHECK_EVERY = 5
"""Each fifth frame is proved."""

Change = tuple[int, float, int, int]
"""What the peer sends of a change: id, value, status, source time."""


try:
    import msgpack
except ImportError:
    msgpack = None


class Frame(msgspec.Struct, array_like=True):
    """A message of the peer."""

    tick: int
    changes: list[Change]


def codec() -> tuple[str, Callable[[Frame], bytes], Callable[[bytes], Frame]]:
    """The peer's encoder and decoder: the package `msgpack` where it is installed, else msgspec's, which is faster."""
    if msgpack is None:
        return "msgspec", msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(Frame).decode
    return (
        "msgpack",
        lambda frame: msgpack.packb((frame.tick, frame.changes)),
        lambda data: Frame(*msgpack.unpackb(data)),
    )


def values_of(tick: int) -> np.ndarray:
    return np.arange(ROWS, dtype=np.float64) + tick * 1000.0


class Meter:
    """CPU of this process between start and stop, without what was spent in checks."""

    def __init__(self) -> None:
        self._started = time.process_time()
        self._aside = 0.0
        self.frames = 0
        self.torn = 0

    def check(self, right: bool) -> None:
        self.torn += not right

    def aside(self, started: float) -> None:
        self._aside += time.process_time() - started

    def tell(self, last_tick: int) -> None:
        cpu_s = time.process_time() - self._started - self._aside
        print(json.dumps({"cpu_s": cpu_s, "frames": self.frames, "torn": self.torn, "last": last_tick}), flush=True)


def pace(due: float) -> float:
    time.sleep(max(0.0, due - time.monotonic()))
    return max(
        due + 1 / HERTZ, time.monotonic()
    )  # a side that cannot keep up loses frames, it never hurries after them


def write_image(folder: Path, seconds: float) -> None:
    writer = ImageWriter.create(folder, ROWS, SystemClock())
    rows = writer.append(np.arange(1, ROWS + 1, dtype=np.uint64), np.full(ROWS, int(TypeCode.FLOAT64), dtype=np.uint8))
    rows.flags.writeable = False
    status, cause = np.broadcast_to(np.uint32(0), ROWS), np.broadcast_to(np.uint16(0), ROWS)
    now, values = np.zeros(1, dtype=np.int64), values_of(0)
    stamp = np.broadcast_to(now, ROWS)
    writer.publish(folder / "current")
    meter, tick, due, end = Meter(), 0, time.monotonic(), time.monotonic() + seconds
    while time.monotonic() < end:
        due = pace(due)
        tick += 1
        started = time.process_time()
        values += 1000.0  # both sides have their values already
        now[0] = tick
        meter.aside(started)
        writer.commit(rows, values.view(np.uint64), values, status, cause, stamp, stamp, stamp)
        meter.frames += 1
    meter.tell(tick)


def read_image(folder: Path, seconds: float) -> None:
    source = LiveSource(folder / "current")
    while not source.poll().alive:
        source.look_now()
        time.sleep(0.01)
    shown = source.show(np.arange(1, ROWS + 1, dtype=np.uint64))
    meter, due, end, tick = Meter(), time.monotonic(), time.monotonic() + seconds, 0
    while time.monotonic() < end:
        due = pace(due)
        source.poll()
        if not len(shown.refresh()):
            continue
        meter.frames += 1
        tick = int(shown.columns.source_ns[0])
        if meter.frames % CHECK_EVERY == 0:
            started = time.process_time()
            whole = (shown.columns.source_ns == tick).all() and (shown.columns.value == values_of(tick)).all()
            meter.check(bool(whole))
            meter.aside(started)
    meter.tell(tick)


def write_socket(path: Path, seconds: float) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(1)
        connection, _ = listener.accept()
    (_, encode, _), idents = codec(), list(range(1, ROWS + 1))
    meter, tick, due, end = Meter(), 0, time.monotonic(), time.monotonic() + seconds
    with connection:
        while time.monotonic() < end:
            due = pace(due)
            tick += 1
            started = time.process_time()
            values = values_of(tick).tolist()  # both sides have their values already
            meter.aside(started)
            changes = [(ident, value, 0, tick) for ident, value in zip(idents, values, strict=True)]
            content = encode(Frame(tick, changes))
            connection.sendall(len(content).to_bytes(4, "little") + content)
            meter.frames += 1
    meter.tell(tick)


def read_socket(path: Path, _: float) -> None:
    connection = socket.socket(socket.AF_UNIX)
    while True:
        try:
            connection.connect(str(path))
        except OSError:
            time.sleep(0.01)
        else:
            break
    _, _, decode = codec()
    held: dict[int, Change] = {}
    meter, tick = Meter(), 0
    with connection, connection.makefile("rb", buffering=1 << 20) as stream:
        while head := stream.read(4):
            frame = decode(stream.read(int.from_bytes(head, "little")))
            for change in frame.changes:
                held[change[0]] = change
            tick = frame.tick
            meter.frames += 1
            if meter.frames % CHECK_EVERY == 0:
                started = time.process_time()
                meter.check([held[ident][1] for ident in range(1, ROWS + 1)] == values_of(tick).tolist())
                meter.aside(started)
    meter.tell(tick)


ROLES = {"write_image": write_image, "read_image": read_image, "write_socket": write_socket, "read_socket": read_socket}

if __name__ == "__main__":
    ROLES[sys.argv[1]](Path(sys.argv[2]), float(sys.argv[3]))
