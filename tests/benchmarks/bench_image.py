"""Image to window: 100,000 changes a frame at 30 Hz, all of them shown, against MessagePack over a Unix socket.

Two processes a side, a writer and a reader; the CPU of both is counted at the real pace and divided by the frames
that arrived. Every fifth frame is proved by a law (one frame whole, nothing of another). Rounds alternate, medians
are given.

Mode of the peer: one message a frame with a tuple a change (id, value, status, source time), encoded and decoded by the
package `msgpack` where it is installed, else by msgspec, which is faster (the row says which); the reader keeps the
newest change of each id in a dictionary. Ours: the image, a reader that shows all rows, eight columns each. Status and
time are the same for all changes of a frame, on both sides; ours gives them once, the peer in each tuple, as its
messages need them.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.image_sides import HERTZ, codec

ROUNDS = 3
SECONDS = 3.0
ROOT = Path(__file__).resolve().parents[2]

Result = dict[str, float]


def side(role: str, path: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.benchmarks.image_sides", role, str(path), str(SECONDS)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def pair(kind: str) -> tuple[Result, Result]:
    """Run writer and reader of one kind; gives what they tell."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "peer.sock" if kind == "socket" else Path(folder)
        with side(f"write_{kind}", path) as writer, side(f"read_{kind}", path) as reader:
            wrote, _ = writer.communicate(timeout=60)
            read, _ = reader.communicate(timeout=60)
    return json.loads(wrote), json.loads(read)


def run() -> list[dict[str, object]]:
    """Measure; see the module."""
    costs: dict[str, list[tuple[float, float]]] = {"image": [], "socket": []}
    torn = {"image": 0, "socket": 0}
    rates: dict[str, list[float]] = {"image": [], "socket": []}
    for _ in range(ROUNDS):
        for kind, found in costs.items():
            wrote, read = pair(kind)
            found.append((wrote["cpu_s"] / wrote["frames"] * 1e3, read["cpu_s"] / read["frames"] * 1e3))
            torn[kind] += int(read["torn"])
            rates[kind].append(read["frames"] / SECONDS)
    ratio = statistics.median(sum(peer) / sum(ours) for peer, ours in zip(costs["socket"], costs["image"], strict=True))
    rows = [
        _row(
            f"image to window, 100,000 changes a frame at 30 Hz: {codec()[0]} on a socket / ours",
            ratio,
            "x CPU",
            40,
            ratio >= 40,
        ),
        _row("torn frames among those proved, image", torn["image"], "frames", 0, torn["image"] == 0),
    ]
    for kind, found in costs.items():
        write_ms, read_ms = (statistics.median(column) for column in zip(*found, strict=True))
        rows += [
            _row(f"{kind}, writer", write_ms, "ms CPU a frame", None, None),
            _row(f"{kind}, reader", read_ms, "ms CPU a frame", None, None),
            _row(f"{kind}, frames that arrived (of {HERTZ})", statistics.median(rates[kind]), "1/s", None, None),
        ]
    return rows


def _row(name: str, figure: float, unit: str, goal: float | None, met: bool | None) -> dict[str, object]:
    return {"name": name, "figure": round(figure, 2), "unit": unit, "goal": goal, "met": met}
