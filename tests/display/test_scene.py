"""The running screen: it paints what changed, only that, and nothing while nobody can see it."""

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.actions import Intent
from hmi.display.frame import FrameClock
from hmi.display.scene import CELLS, ScreenView
from hmi.display.stage import Stage
from hmi.display.theme import load_theme
from hmi.model.command import CommandResult, CommandState
from hmi.model.quality import Cause
from hmi.model.text import Language
from tests.display.rig import LOOKS, element, level_tag, picture, pixels, screen
from tests.display.stand_in import StandIn

SIZE = (640, 400)
KINDS = (
    ("tank", "level", {}),
    ("readout", "value", {"tag": "T"}),
    ("bar", "value", {}),
    ("valve", "value", {"kind": "control"}),
    ("readout", "value", {"right": True, "label": "none"}),
    ("bar", "value", {"sideways": True}),
    ("bar", "value", {"style": "fill", "number": False}),
)
ROOT = Path(__file__).resolve().parents[2]


def crowd(count=24):
    tags, elements = {}, []
    for number in range(count):
        one = level_tag(f"L/T{number}.Level")
        tags[one.path] = one
        bind = f"{{{one.path}}}"
        x, y = 10 + number % 6 * 100, 4 + number // 6 * 96
        family, slot, props = KINDS[number % len(KINDS)]
        box = (x, y, 96, 90) if family != "valve" else (x, y, 56, 56)
        elements.append(element(f"e{number}", family, box, {slot: bind}, **props))
    return tags, elements


@pytest.fixture
def running(qtbot):
    tags, elements = crowd()
    source = StandIn(tags)
    view = ScreenView(source, None, load_theme(), Language.EN, digits_hz=0)
    qtbot.addWidget(view)
    view.resize(*SIZE)
    view.show_screen(screen(*SIZE), tuple(elements), tags)
    view.show()
    QtWidgets.QApplication.processEvents()
    clock = FrameClock(source)
    clock.add(view)
    clock.run_frame()
    QtWidgets.QApplication.processEvents()
    return view, clock, source, tags, elements


def on_screen(view):
    """What the window really holds, not a fresh drawing of it."""
    device = view.backingStore().paintDevice()
    assert isinstance(device, QtGui.QImage)
    return pixels(device.copy())


def count_paints(monkeypatch):
    calls = {"all": 0, "parts": []}
    whole, parts = Stage.paint, Stage.paint_parts

    def paint(self, painter):
        calls["all"] += 1
        whole(self, painter)

    def paint_parts(self, painter, chosen):
        calls["parts"].append({self.elements[self.element[part]] for part in chosen})
        parts(self, painter, chosen)

    monkeypatch.setattr(Stage, "paint", paint)
    monkeypatch.setattr(Stage, "paint_parts", paint_parts)
    return calls


def one_frame(clock):
    clock.run_frame()
    QtWidgets.QApplication.processEvents()


def test_that_cells_repainted_alone_give_the_same_picture_as_all(running, monkeypatch):
    view, clock, source, tags, elements = running
    calls = count_paints(monkeypatch)
    chance = random.Random(3)
    causes = [cause for cause in LOOKS.values() if cause is not Cause.NEVER_READ]
    for _ in range(40):
        for path in chance.sample(sorted(tags), 3):
            source.set(path, chance.uniform(-5, 105), chance.choice(causes), age_s=40)
        one_frame(clock)
    assert len(calls["parts"]) == 40
    assert calls["all"] == 0
    assert np.array_equal(on_screen(view), pixels(picture(elements, tags, source, SIZE)))


def test_that_only_the_changed_element_is_repainted(running, monkeypatch):
    _, clock, source, tags, elements = running
    for path in tags:
        source.set(path, 50.0)
    one_frame(clock)
    calls = count_paints(monkeypatch)
    source.set("L/T5.Level", 50.3)
    one_frame(clock)
    assert calls["parts"] == [{elements[5].id}]
    source.set("L/T5.Level", 50.3)
    one_frame(clock)
    assert len(calls["parts"]) == 1
    assert calls["all"] == 0


def test_that_a_change_too_small_to_be_seen_paints_nothing(running, monkeypatch):
    _, clock, source, _, _ = running
    source.set("L/T1.Level", 50.31)
    one_frame(clock)
    calls = count_paints(monkeypatch)
    source.set("L/T1.Level", 50.29)
    one_frame(clock)
    assert calls == {"all": 0, "parts": []}


def test_that_many_changes_are_painted_as_one(qtbot, monkeypatch):
    tags, elements = crowd(CELLS + 20)
    source = StandIn(tags)
    view = ScreenView(source, None, load_theme(), Language.EN, digits_hz=0)
    qtbot.addWidget(view)
    view.resize(*SIZE)
    view.show_screen(screen(*SIZE), tuple(elements), tags)
    view.show()
    QtWidgets.QApplication.processEvents()
    calls = count_paints(monkeypatch)
    for path in tags:
        source.set(path, 60.0)
    clock = FrameClock(source)
    clock.add(view)
    one_frame(clock)
    assert calls["all"] == 1
    assert calls["parts"] == []


def test_that_a_hidden_screen_takes_nothing_and_shows_the_present_when_it_returns(running, monkeypatch):
    view, clock, source, tags, elements = running
    view.hide()
    calls = count_paints(monkeypatch)
    source.set("L/T1.Level", 12.0)
    one_frame(clock)
    assert calls == {"all": 0, "parts": []}
    assert "L/T1.Level" in source.shown[-1].dirty
    view.show()
    QtWidgets.QApplication.processEvents()
    assert np.array_equal(on_screen(view), pixels(picture(elements, tags, source, SIZE)))


def test_that_language_and_theme_change_while_values_go_on(running):
    view, clock, source, tags, elements = running
    source.set("L/T1.Level", 33.3, Cause.FORCED)
    one_frame(clock)
    view.set_language(Language.ZH)
    view.set_theme(load_theme("night"))
    source.set("L/T2.Level", 44.4)
    one_frame(clock)
    wanted = picture(elements, tags, source, SIZE, theme="night", language=Language.ZH)
    assert np.array_equal(on_screen(view), pixels(wanted))


def test_that_the_screen_is_laid_out_anew_for_another_size(running, qtbot):
    view, clock, source, _, _ = running
    source.set("L/T1.Level", 33.3)
    view.resize(960, 600)
    qtbot.waitUntil(lambda: view.stage is not None and view.stage.scale == 1.5, timeout=2000)
    one_frame(clock)
    assert on_screen(view).shape == (600, 960, 3)
    assert view.to_screen(QtCore.QPointF(480, 300)) == QtCore.QPointF(320, 200)


def test_that_an_age_is_repainted_when_it_moves_on(running, monkeypatch):
    view, clock, source, tags, elements = running
    for path in tags:
        source.set(path, 50.0)
    source.set("L/T1.Level", 50.0, Cause.STALE, age_s=10)
    one_frame(clock)
    one_frame(clock)
    calls = count_paints(monkeypatch)
    source.now += 1_000_000_000
    one_frame(clock)
    assert calls["parts"] == [{elements[1].id}]
    assert np.array_equal(on_screen(view), pixels(picture(elements, tags, source, SIZE)))


def test_that_nothing_is_imported_by_frames_after_the_first_paint(running):
    _, clock, source, tags, _ = running
    before = set(sys.modules)
    for number, cause in enumerate(LOOKS.values()):
        for path in tags:
            source.set(path, 20.0 + number, cause, age_s=30 + number)
        source.now += 1_000_000_000
        one_frame(clock)
    clock.figures()
    assert set(sys.modules) - before == set()


def test_that_the_clock_tells_of_the_engine_only_when_something_changed(running, qtbot):
    _, clock, source, _, _ = running
    heard = []
    clock.engine_changed.connect(heard.append)
    one_frame(clock)
    source.alive = False
    one_frame(clock)
    one_frame(clock)
    source.alive = True
    one_frame(clock)
    assert [state.alive for state in heard] == [False, True]
    clock.engine_changed.disconnect(heard.append)


def test_that_the_clock_runs_by_itself_and_counts(running, qtbot):
    _, clock, source, _, _ = running
    before = clock.figures().frames
    clock.start()
    source.set("L/T1.Level", 77.0)
    qtbot.waitUntil(lambda: clock.figures().frames >= before + 4, timeout=2000)
    clock.stop()
    figures = clock.figures()
    assert 1 <= figures.painted < figures.frames
    assert 0 < figures.median_ms <= figures.longest_ms


def test_that_a_tool_tip_says_tag_quality_and_age(running):
    from hmi.display.tips import tip_for

    view, clock, source, _, _ = running
    source.set("L/T1.Level", 50.0, Cause.DEVICE_OFFLINE, age_s=372)
    one_frame(clock)
    words = tip_for(view.stage, 120, 20)
    assert words.startswith("L/T1.Level · ")
    assert words.endswith("6:12")
    assert tip_for(view.stage, 639, 399) == ""


def test_that_digits_change_at_most_four_times_a_second_and_pointers_with_the_frame(qtbot, monkeypatch):
    tags, elements = crowd(1)
    source = StandIn(tags)
    view = ScreenView(source, None, load_theme(), Language.EN)
    qtbot.addWidget(view)
    view.resize(*SIZE)
    view.show_screen(screen(*SIZE), tuple(elements), tags)
    view.show()
    QtWidgets.QApplication.processEvents()
    clock = FrameClock(source)
    clock.add(view)
    source.set("L/T0.Level", 50.0)
    source.now += 1_000_000_000
    one_frame(clock)
    drawn = {"numbers": 0, "levels": 0}
    numbers, levels = view.stage.numbers.fill, view.stage._levels.fill

    def count(name, fill):
        def counted(*arguments):
            drawn[name] += 1
            fill(*arguments)

        return counted

    monkeypatch.setattr(view.stage.numbers, "fill", count("numbers", numbers))
    monkeypatch.setattr(view.stage._levels, "fill", count("levels", levels))
    for step in range(30):
        source.now += 33_333_333
        source.set("L/T0.Level", 20.0 + 2 * step)
        one_frame(clock)
    assert drawn["levels"] >= 20
    assert 3 <= drawn["numbers"] <= 4
    source.now += 250_000_000
    one_frame(clock)
    settled = pixels(picture(elements, tags, source, SIZE))
    assert np.array_equal(on_screen(view), settled)
    source.set("L/T0.Level", 78.0, Cause.STALE, age_s=2)
    one_frame(clock)
    assert not np.array_equal(on_screen(view), settled)


class AnswersAtOnce:
    """A door that confirms what it was asked when the test says so."""

    def __init__(self):
        self.results = []

    def submit(self, command):
        self.command = command
        return CommandResult(id=command.id, state=CommandState.REQUESTED)

    def take_results(self):
        results, self.results = self.results, []
        return results


def test_that_digits_of_a_confirmed_tag_are_painted_with_the_confirmation_and_others_wait(qtbot, monkeypatch):
    tags, elements = crowd(2)
    source, door = StandIn(tags), AnswersAtOnce()
    view = ScreenView(source, door, load_theme(), Language.EN)
    qtbot.addWidget(view)
    view.resize(*SIZE)
    view.show_screen(screen(*SIZE), tuple(elements), tags)
    view.show()
    QtWidgets.QApplication.processEvents()
    clock = FrameClock(source)
    clock.add(view)
    for path in tags:
        source.set(path, 80.0)
    source.now += 1_000_000_000
    one_frame(clock)
    stage = view.stage
    written, other = (stage.bindings.known_source(path) for path in list(tags)[:2])
    view.clicks.request(Intent("s", next(iter(tags.values())), 0.0, QtCore.QRectF(5, 5, 40, 40)))
    laid: set[int] = set()
    fill = stage.numbers.fill

    def counted(which, *arguments):
        numbers = np.flatnonzero(stage._is_number & np.isin(stage.index, which))
        laid.update(stage.source[numbers].tolist())
        fill(which, *arguments)

    monkeypatch.setattr(stage.numbers, "fill", counted)
    source.now += 20_000_000
    for path in tags:
        source.set(path, 0.0)
    one_frame(clock)
    assert laid == set()
    door.results.append(CommandResult(id=door.command.id, state=CommandState.CONFIRMED, value=0.0, old=80.0))
    source.now += 20_000_000
    one_frame(clock)
    assert laid == {written}
    assert other not in laid
    source.now += 250_000_000
    one_frame(clock)
    assert other in laid


@pytest.mark.parametrize(("factor", "size"), [("1.25", "800 500"), ("2", "1280 800")])
def test_that_a_scaled_display_is_drawn_on_its_own_pixels(factor, size):
    environ = {**os.environ, "QT_SCALE_FACTOR": factor, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "tests.display.scaled_window"]
    run = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
    assert run.stdout.strip() == f"{size} 0", run.stderr
