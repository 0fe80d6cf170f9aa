"""A screen of 1,000 elements that all change, from the image to the painted frame, against C++ QGraphicsView items.

Both sides are windows of 1920 x 1080 in processes of their own that read the same image through the same reader at 30
Hz while this process writes a tick at 10 Hz; process CPU is counted at that pace, because a tight loop with warm caches
flatters. Rounds alternate, medians are given. A third process paints one full-window pixmap a tick: the blit that the
figure is held against.

Mode of the peer: QGraphicsSimpleTextItem, QGraphicsRectItem and QGraphicsPathItem in a QGraphicsView as it comes
(MinimalViewportUpdate, BSP index, no cache), one setter call an element whose value changed, fonts and colours as
objects. Ours: the product's own ScreenView. After the last tick both give what every element shows, which must be
equal, and a picture; the pictures must agree except for the edges of glyphs.
"""

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
COLUMNS, ROWS = 40, 25
COUNT = COLUMNS * ROWS
WIDTH, HEIGHT = 1920, 1080
CELL_W, CELL_H = 48, 43
SIZE = 17
PERIOD_S = 0.1
WARM_S, MEASURE_S = 1.0, 4.0
ROUNDS = 5
GOAL_PEER, GOAL_BLITS = 5.0, 5.0
SIMILAR = 0.02
"""Share of pixels that may differ by more than a quarter of the grey range: edges of glyphs lie on other sub-pixels."""
KINDS = ("number", "number", "number", "number", "bar", "tank", "valve", "number", "number", "valve")
"""By the last digit of the element: 60 % numbers, 10 % bars, 10 % tanks, 20 % valves."""


def kind_of(number: int) -> str:
    """The kind of an element."""
    return KINDS[number % 10]


def values_at(tick: int) -> np.ndarray:
    """The values of a tick, 0 to 100, all different from those of the tick before in what is seen of them."""
    number = np.arange(COUNT)
    phase = (number * 37 % 1000) / 10.0
    moved = (phase + tick * 7.3) % 100.0
    switches = np.array([kind_of(one) == "valve" for one in range(COUNT)])
    return np.where(switches, (tick + number) % 2, np.rint(moved * 10) / 10)


def box_of(number: int) -> tuple[float, float, float, float]:
    """The cell of an element."""
    return (number % COLUMNS) * CELL_W, 2 + (number // COLUMNS) * CELL_H, CELL_W, CELL_H


def place_of(number: int) -> tuple[float, float, float, float]:
    """The rectangle of the element in its cell."""
    x, y, _, _ = box_of(number)
    kind = kind_of(number)
    if kind == "number":
        return x + 4, y + 8, 42, 24
    if kind == "bar":
        return x + 10, y + 1, 24, 40
    if kind == "tank":
        return x + 8, y + 1, 32, 40
    return x + 4, y + 2, 40, 40


def screen_of() -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """The screen, its elements and its tags."""
    import msgspec

    from hmi.model.ident import derived_id
    from hmi.model.screen import Element, Screen
    from hmi.model.tag import DataType, Span, Tag

    tags, elements = {}, []
    slots = {"number": "value", "bar": "value", "tank": "level", "valve": "open"}
    props: dict[str, dict[str, Any]] = {
        "number": {"label": "none", "size": SIZE, "unit": "", "digits": 4},
        "bar": {"style": "fill", "number": False},
        "tank": {"scale": False, "number": False, "legs": False},
        "valve": {"label": "none"},
    }
    families = {"number": "readout"}
    for number in range(COUNT):
        kind, path = kind_of(number), f"Bench/T{number}"
        whole = kind == "valve"
        tags[path] = Tag(
            id=derived_id("bench_screen", path),
            path=path,
            type=DataType.BOOL if whole else DataType.FLOAT32,
            decimals=0 if whole else 1,
            span=Span(low=0, high=100),
        )
        elements.append(
            Element(
                id=derived_id("bench_screen element", path),
                type=families.get(kind, kind),
                at=place_of(number),
                bind={slots[kind]: f"{{{path}}}"},
                props=msgspec.Raw(msgspec.json.encode(props[kind])),
            )
        )
    return Screen(id=derived_id("bench_screen"), path="bench", width=WIDTH, height=HEIGHT), tuple(elements), tags


# ------------------------------------------------------------------------------------------------ the children


class Run:
    """Counts the CPU of a window between two moments of a run, then dumps what is shown."""

    def __init__(self, folder: Path, app: Any, clock: Any) -> None:
        from PySide6 import QtCore

        self.folder, self.app = folder, app
        self.frames = 0
        self.begin_cpu = self.end_cpu = 0.0
        self.begin_frames = self.end_frames = 0
        self.stop = clock
        QtCore.QTimer.singleShot(int(WARM_S * 1000), self._begin)
        QtCore.QTimer.singleShot(int((WARM_S + MEASURE_S) * 1000), self._end)
        self._wait = QtCore.QTimer()
        self._wait.timeout.connect(self._look)
        self._wait.setInterval(50)

    def _begin(self) -> None:
        self.begin_cpu, self.begin_frames = time.process_time(), self.frames

    def _end(self) -> None:
        self.end_cpu, self.end_frames = time.process_time(), self.frames
        (self.folder / "measured").touch()
        self._wait.start()

    def _look(self) -> None:
        if (self.folder / "settled").exists():
            self.app.quit()

    def report(self, shown: list[int], picture: Any) -> None:
        """Writes the result."""
        if picture is not None:
            picture.save(str(self.folder / "picture.png"))
        painted = self.end_frames - self.begin_frames
        result = {"cpu_ms": (self.end_cpu - self.begin_cpu) * 1e3, "frames": painted, "shown": shown}
        (self.folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


def ours(folder: Path, pointer: Path) -> None:
    """The product's window."""
    from PySide6 import QtWidgets

    app = QtWidgets.QApplication([])
    from hmi.display.frame import FrameClock
    from hmi.display.scene import ScreenView
    from hmi.display.theme import load_theme
    from hmi.image.reader import LiveSource
    from hmi.model.text import Language

    source = LiveSource(pointer)
    view = ScreenView(source, None, load_theme("day"), Language.EN, digits_hz=0)
    view.resize(WIDTH, HEIGHT)
    view.show_screen(*screen_of())
    view.show()
    clock = FrameClock(source)

    class Counted:
        def frame(self, state: Any) -> bool:
            painted = view.frame(state)
            run.frames += painted
            return painted

    run = Run(folder, app, clock)
    clock.add(Counted())
    clock.start()
    app.exec()
    clock.stop()
    stage = view.stage
    assert stage is not None
    by_element = np.zeros(COUNT, dtype=np.int64)
    order = {element: number for number, element in enumerate(e.id for e in screen_of()[1])}
    for part in reversed(range(stage.count)):
        by_element[order[stage.elements[stage.element[part]]]] = stage.shown(part)
    run.report(by_element.tolist(), view.viewport().grab())


def peer(folder: Path, pointer: Path) -> None:
    """The same screen as C++ items."""
    from PySide6 import QtCore, QtGui, QtWidgets

    app = QtWidgets.QApplication([])
    from hmi.display.scales import paint_track
    from hmi.display.symbols.tank import sheen, vessel_in
    from hmi.display.symbols.valve import valve_paths
    from hmi.display.theme import load_theme
    from hmi.image.reader import LiveSource
    from hmi.model.ident import number_of_id

    theme = load_theme("day")
    source = LiveSource(pointer)
    _, _, tags = screen_of()
    scene = QtWidgets.QGraphicsScene(0, 0, WIDTH, HEIGHT)
    scene.setBackgroundBrush(theme.brush("bg"))
    view = QtWidgets.QGraphicsView(scene)
    view.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
    view.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    view.resize(WIDTH, HEIGHT)
    none = QtGui.QPen(QtCore.Qt.PenStyle.NoPen)
    on, off = theme.brush("on"), theme.brush("off")
    font = theme.font(SIZE, 600)
    ascent = theme.metrics(SIZE, 600).ascent()
    items: list[Any] = []
    lengths: list[tuple[float, float, float, float]] = []
    for number in range(COUNT):
        kind = kind_of(number)
        x, y, w, h = place_of(number)
        box = QtCore.QRectF(x, y, w, h)
        item: Any
        length = (0.0, 0.0, 0.0, 0.0)
        if kind == "number":
            item = QtWidgets.QGraphicsSimpleTextItem()
            item.setFont(font)
            item.setBrush(theme.brush("value"))
            item.setPos(x, round(box.center().y() + SIZE * 0.36) - ascent)
        elif kind == "bar":
            picture = QtGui.QPixmap(math.ceil(w), math.ceil(h))
            picture.fill(theme.colour("bg"))
            painter = QtGui.QPainter(picture)
            painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
            paint_track(painter, QtCore.QRectF(4, 4, 14, h - 8), theme)
            painter.end()
            scene.addPixmap(picture).setPos(x, y)
            item = QtWidgets.QGraphicsRectItem()
            item.setPen(none)
            item.setBrush(theme.brush("bandline"))
            length = (x + 5, y + h - 4, 12, h - 8)
        elif kind == "tank":
            vessel = vessel_in(box, jacket=False, legs=False)
            body = scene.addPath(vessel.outline(), theme.pen("edge", 2))
            body.setBrush(QtGui.QBrush(sheen(vessel.shell, "shell", "shellhi", theme)))
            clip = scene.addPath(vessel.outline(), none)
            clip.setFlag(QtWidgets.QGraphicsItem.GraphicsItemFlag.ItemClipsChildrenToShape)
            item = QtWidgets.QGraphicsRectItem(clip)
            item.setPen(none)
            item.setBrush(QtGui.QBrush(sheen(vessel.shell, "liq", "liqhi", theme)))
            scene.addPath(vessel.outline(), theme.pen("edge", 2))
            height = vessel.bottom_weld - vessel.top_weld
            length = (vessel.shell.left(), vessel.bottom_weld, vessel.shell.width(), height)
        else:
            item = QtWidgets.QGraphicsPathItem(valve_paths(box))
            item.setPen(theme.pen("edge", 1.75))
        if item.parentItem() is None:
            scene.addItem(item)
        items.append(item)
        lengths.append(length)
    shown_tags = source.show(np.array([number_of_id(tag.id) for tag in tags.values()], dtype=np.uint64))
    kinds = [kind_of(number) for number in range(COUNT)]
    shown = [0] * COUNT

    def frame() -> None:
        source.poll()
        changed = shown_tags.refresh()
        if not len(changed):
            return
        run.frames += 1
        values = shown_tags.columns.value[changed].tolist()
        for number, value in zip(changed.tolist(), values, strict=True):
            if value != value:
                continue
            item, kind = items[number], kinds[number]
            if kind == "number":
                item.setText(f"{value:.1f}")
                shown[number] = round(value * 10)
            elif kind == "valve":
                item.setBrush(on if value else off)
                shown[number] = int(value)
            else:
                x, bottom, width, full = lengths[number]
                pixels = round(value / 100 * full)
                foot = 0 if kind == "bar" else 20
                item.setRect(x, bottom - pixels, width, pixels + foot)
                shown[number] = pixels

    timer = QtCore.QTimer()
    timer.setTimerType(QtCore.Qt.TimerType.PreciseTimer)
    timer.timeout.connect(frame)
    run = Run(folder, app, timer)
    view.show()
    timer.start(33)
    app.exec()
    timer.stop()
    run.report(shown, view.viewport().grab())


def blit(folder: Path, pointer: Path) -> None:
    """One full-window pixmap a tick."""
    from PySide6 import QtCore, QtGui, QtWidgets

    app = QtWidgets.QApplication([])
    pixmap = QtGui.QPixmap(WIDTH, HEIGHT)
    pixmap.fill(QtGui.QColor("#CFD4D8"))

    class Blit(QtWidgets.QWidget):
        def paintEvent(self, event: QtGui.QPaintEvent) -> None:
            QtGui.QPainter(self).drawPixmap(0, 0, pixmap)
            run.frames += 1

    widget = Blit()
    widget.setAttribute(QtCore.Qt.WidgetAttribute.WA_OpaquePaintEvent)
    widget.resize(WIDTH, HEIGHT)
    timer = QtCore.QTimer()
    timer.setTimerType(QtCore.Qt.TimerType.PreciseTimer)
    timer.timeout.connect(widget.update)
    run = Run(folder, app, timer)
    widget.show()
    timer.start(round(PERIOD_S * 1000))
    app.exec()
    run.report([], None)


# ------------------------------------------------------------------------------------------------ the parent


def one_round(side: str, folder: Path, writer: Any, rows: Any, pointer: Path) -> dict[str, Any]:
    """Runs one side while ticks are written; gives its result."""
    folder.mkdir()
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "tests.benchmarks.bench_screen", side, str(folder), str(pointer)]
    child = subprocess.Popen(command, env=environ, cwd=ROOT)
    status, cause = np.zeros(COUNT, dtype=np.uint32), np.zeros(COUNT, dtype=np.uint16)
    tick, due, limit = 0, time.monotonic(), time.monotonic() + 60
    settled = False
    try:
        while child.poll() is None and time.monotonic() < limit:
            due += PERIOD_S
            time.sleep(max(0.0, due - time.monotonic()))
            if settled:
                writer.heartbeat()
                continue
            values = values_at(tick)
            tick += 1
            wall, mono = np.full(COUNT, time.time_ns()), np.full(COUNT, time.monotonic_ns())
            raw = values.view(np.uint64).copy()
            writer.commit(rows, raw, values, status, cause, wall, wall, mono)
            if (folder / "measured").exists() and tick % 2 == 0:
                # The last tick is the same for all sides.
                values = values_at(999)
                writer.commit(rows, values.view(np.uint64).copy(), values, status, cause, wall, wall, mono)
                settled = True
                time.sleep(0.3)
                writer.heartbeat()
                (folder / "settled").touch()
        if child.wait(timeout=10) != 0:
            raise RuntimeError(f"the {side} side ended with {child.returncode}")
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    result: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    if result["frames"] < 0.7 * MEASURE_S / PERIOD_S:
        raise RuntimeError(f"the {side} side painted only {result['frames']} frames")
    return result


def unlike(first: Path, second: Path) -> float:
    """Share of pixels whose grey differs by more than a quarter of the range."""
    from PySide6 import QtGui

    greys = []
    for path in (first, second):
        image = QtGui.QImage(str(path)).convertToFormat(QtGui.QImage.Format.Format_Grayscale8)
        pixels = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
        greys.append(pixels[:, : image.width()].astype(np.int64))
    return float((np.abs(greys[0] - greys[1]) > 64).mean())


def run() -> list[dict[str, object]]:
    """Measures."""
    from hmi.image.writer import ImageWriter
    from hmi.model.clock import SystemClock
    from hmi.model.ident import number_of_id
    from hmi.model.value import TypeCode

    costs: dict[str, list[float]] = {"ours": [], "peer": [], "blit": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pointer = folder / "pointer"
        writer = ImageWriter.create(folder, COUNT, SystemClock())
        idents = np.array([number_of_id(tag.id) for tag in screen_of()[2].values()], dtype=np.uint64)
        rows = writer.append(idents, np.full(COUNT, int(TypeCode.FLOAT64), dtype=np.uint8))
        writer.publish(pointer)
        for number in range(ROUNDS):
            results = {}
            for side in costs:
                results[side] = one_round(side, folder / f"{side}{number}", writer, rows, pointer)
                costs[side].append(results[side]["cpu_ms"] / results[side]["frames"])
            if results["ours"]["shown"] != results["peer"]["shown"]:
                wrong = sum(a != b for a, b in zip(results["ours"]["shown"], results["peer"]["shown"], strict=True))
                raise RuntimeError(f"{wrong} elements show something else on the other side")
        differ = unlike(folder / "ours0" / "picture.png", folder / "peer0" / "picture.png")
        if keep := os.environ.get("HMI_BENCH_PICTURES"):
            for side in ("ours", "peer"):
                Path(keep, f"bench_screen_{side}.png").write_bytes((folder / f"{side}0" / "picture.png").read_bytes())
    if differ > SIMILAR:
        raise RuntimeError(f"{differ:.1%} of the pixels differ between the two sides")
    own, other, bare = (statistics.median(costs[side]) for side in ("ours", "peer", "blit"))
    against = statistics.median(b / a for a, b in zip(costs["ours"], costs["peer"], strict=True))
    blits = statistics.median(a / b for a, b in zip(costs["ours"], costs["blit"], strict=True))
    table = [
        ("screen of 1,000 all changing: C++ items / ours", round(against, 1), "x", GOAL_PEER, against >= GOAL_PEER),
        ("screen of 1,000 all changing: ours / full blit", round(blits, 1), "x", GOAL_BLITS, blits <= GOAL_BLITS),
        ("ours, CPU a tick", round(own, 2), "ms", None, None),
        ("C++ items, CPU a tick", round(other, 2), "ms", None, None),
        ("full blit, CPU a tick", round(bare, 2), "ms", None, None),
        ("pixels that differ", round(differ * 100, 2), "%", SIMILAR * 100, differ <= SIMILAR),
    ]
    return [dict(zip(("name", "figure", "unit", "goal", "met"), row, strict=True)) for row in table]


if __name__ == "__main__":
    {"ours": ours, "peer": peer, "blit": blit}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
