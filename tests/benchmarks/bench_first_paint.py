"""First paint of the demo's overview, every element with the never-read look, against a bare Qt window.

Both are whole processes, timed from their start to the line that they write in the turn of the loop after the first
paint; the rounds alternate. The median of the ratios of seven rounds is the figure. On the platform that the
environment names, offscreen when it names none.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "resources" / "examples" / "buffer-line"
ROUNDS = 7
GOAL = 2.5
BARE = """
import os
from PySide6 import QtCore, QtGui, QtWidgets


class Bare(QtWidgets.QWidget):
    def paintEvent(self, event):
        QtGui.QPainter(self).fillRect(self.rect(), QtGui.QColor("#CFD4D8"))
        QtCore.QTimer.singleShot(0, painted)


def painted():
    os.write(1, b"painted\\n")
    app.quit()


app = QtWidgets.QApplication([])
window = Bare()
window.resize(1920, 1080)
window.show()
app.exec()
"""


def wall_s(command: list[str], environ: dict[str, str]) -> float:
    """Runs a process; gives the wall time from its start to its first paint in seconds."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    line = process.stdout.readline()
    took = time.perf_counter() - begin
    _, errors = process.communicate(timeout=60)
    if line != b"painted\n" or process.returncode != 0:
        raise RuntimeError(f"{command[1:4]} ended with {process.returncode}: {errors[-500:]!r}")
    return took


def run() -> list[dict[str, object]]:
    """Measures."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8", "XDG_RUNTIME_DIR": folder}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled; so are both of these
        environ["PYTHONPYCACHEPREFIX"] = f"{folder}/compiled"
        environ.setdefault("QT_QPA_PLATFORM", "xcb" if os.environ.get("DISPLAY") else "offscreen")
        bare = [sys.executable, "-c", BARE]
        words = ["window", str(EXAMPLE), "--data", folder, "--size", "1920x1080", "--first-paint", "--language", "en"]
        ours = [sys.executable, "-m", "hmi", *words]
        for command in (bare, ours):  # disk caches
            wall_s(command, environ)
        pairs = [(wall_s(bare, environ), wall_s(ours, environ)) for _ in range(ROUNDS)]
    ratio = statistics.median(own / other for other, own in pairs)
    rows = [
        ("first paint of the overview / bare Qt window", round(ratio, 2), "x", GOAL, ratio <= GOAL),
        ("first paint of the overview", round(statistics.median(own for _, own in pairs) * 1e3), "ms", None, None),
        ("bare Qt window", round(statistics.median(other for other, _ in pairs) * 1e3), "ms", None, None),
    ]
    return [dict(zip(("name", "figure", "unit", "goal", "met"), row, strict=True)) for row in rows]
