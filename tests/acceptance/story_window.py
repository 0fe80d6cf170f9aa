"""The product's window with somebody before it who plays the two minutes of the demo, by mouse and keyboard alone.

    python -m tests.acceptance.story_window PROJECT DATA NOTES LANGUAGE

A process of its own, started by the launcher of `story_station.py`. Nothing of the product is bypassed: whatever
happens is asked for by pressing what is seen. What was seen is noted in the folder NOTES, a line of JSON for each
station of the story, with a picture of the window.
"""

import asyncio
import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6 import QtCore

import hmi.shell.app as app
from hmi.cli.station import open_project, station_for
from hmi.display.actions import Ongoing, Stand
from hmi.display.item import Seen
from hmi.display.scene import ScreenView
from hmi.model.alarm import AlarmStand, AlarmState
from hmi.model.text import Language
from hmi.shell.glyphs import Disc
from hmi.shell.picture_file import save_picture
from hmi.views.alarm_words import first_action, message_words
from hmi.views.banner import Banner, PaintedRow
from hmi.words import say
from tests.acceptance.window_hands import Eyes, Hands, NotSeen, seen_of, until

SIZE = (1920, 1080)
START_S, SOON_S, PROCESS_S = 30.0, 10.0, 150.0
"""Longest waits: for a start, for an answer, for the process (it heats and cools)."""
HOT, COOL = "Mixing/TIC-102.PV", "Mixing/TIC-102.OUT"
TOO_HOT, TOO_MUCH = f"{HOT}:high", "Utilities/PIC-201.PV:high"
NO_LINK = "System/Devices/{}.State:communication"
FLOW, FLOW_TARGET = "Water/FIC-101.PV", "Water/FIC-101.SP"
STEAM, STEAM_TARGET = "Utilities/PIC-201.PV", "Utilities/PIC-201.SP"
ACKNOWLEDGED = (AlarmState.ACKNOWLEDGED, AlarmState.NORMAL)
"""States in which a pressed row counts as done; an alarm that has returned goes with its acknowledging."""
BEND_K = 0.3
"""The curve has bent when it lies so far below its highest point."""


class Story:
    """One playing of the story."""

    def __init__(self, running: Any, eyes: Eyes, data: Path, notes: Path) -> None:
        """Sits down before the window."""
        self.running, self.window, self.eyes = running, running.window, eyes
        self.hands = Hands(self.window)
        self.language = self.window.desk.language
        self.store, self.notes = data / "store.sqlite", notes
        self.begin_s = time.monotonic()
        self.acknowledged: dict[str, int] = {}
        """Occurrence -> how many records of its acknowledging the store held when it was first painted as done."""
        self.pressed: list[str] = []
        """Occurrences whose button was pressed."""

    # ------------------------------------------------------------------------------------------------ what is seen

    @property
    def view(self) -> ScreenView:
        """The screen."""
        view: ScreenView = self.window.view
        return view

    @property
    def faceplate(self) -> ScreenView:
        """The screen of the faceplate that was opened last."""
        view: ScreenView = self.window.floats.plates.cards[-1].view
        return view

    def banner_painted(self, banner: Banner) -> None:
        """Looks into the store at the very moment when a row is first painted as acknowledged, or not any more."""
        states = {row.occurrence: row.state for row in banner.painted}
        for one in self.pressed:
            if one not in self.acknowledged and states.get(one, AlarmState.NORMAL) in ACKNOWLEDGED:
                self.acknowledged[one] = self._records(one)

    def _records(self, occurrence: str) -> int:
        store = sqlite3.connect(f"{self.store.as_uri()}?mode=ro", uri=True)
        try:
            words = "select count(*) from journal where occurrence = ? and event = 'acknowledged'"
            count: int = store.execute(words, (occurrence,)).fetchone()[0]
        finally:
            store.close()
        return count

    def say(self, code: str, **gaps: str) -> str:
        """Gives the words of a code in the language of the window."""
        return say(code, self.language, **gaps)

    async def read(self, words: str, since_s: float, limit_s: float = SOON_S) -> str:
        """Waits until these words are painted; gives them."""
        await until(f"the words {words!r}", lambda: self.eyes.read(words, since_s), limit_s)
        return words

    async def alarm(self, path: str, limit_s: float) -> AlarmStand:
        """Waits until the banner has a row for an alarm."""

        def look() -> AlarmStand | None:
            painted = {row.occurrence for row in self.window.banner.painted}
            found = (one for one in self.window.board.stands if one.path == path and one.occurrence in painted)
            return next(found, None)

        stand = await until(f"{path} stands in the banner", look, limit_s)
        if stand is None:
            raise NotSeen(path)
        return stand

    def row(self, occurrence: str) -> PaintedRow | None:
        """Gives the painted row of the banner for an occurrence."""
        return next((row for row in self.window.banner.painted if row.occurrence == occurrence), None)

    async def stands_at(self, view: ScreenView, stand: Stand, limit_s: float = SOON_S) -> Ongoing:
        """Waits until a click stands so and has been painted; gives it."""

        def look() -> Ongoing | None:
            painted = [one for _, one in view._overlay._notes]
            return next((one for one in painted if one.stand is stand), None)

        one = await until(f"a click that is {stand.name}", look, limit_s)
        if one is None:
            raise NotSeen(stand.name)
        return one

    async def looks(self, device: str, wanted: Callable[[set[Seen]], bool], what: str) -> dict[str, list[str]]:
        """Waits until the shown values of a device look as wanted; gives the looks of all devices on the screen."""
        found = seen_of(self.view)
        begin = time.monotonic()
        while device not in found or not wanted(found[device]):
            if time.monotonic() - begin > START_S:
                message = f"not within {START_S} s: {what}; seen are {found}"
                raise NotSeen(message)
            await asyncio.sleep(0.05)
            found = seen_of(self.view)
        return {name: sorted(one.name for one in some) for name, some in found.items()}

    def note(self, station: str, **facts: object) -> None:
        """Notes what was seen at a station of the story."""
        facts = {"station": station, "at_s": round(time.monotonic() - self.begin_s, 2), **facts}
        with (self.notes / "notes.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(facts, ensure_ascii=False) + "\n")

    def picture(self, name: str) -> None:
        """Keeps how the window looks now."""
        save_picture(self.window.grab(), self.notes / f"{name}.png")

    # ------------------------------------------------------------------------------------------------ what is done

    async def tab(self, path: str) -> None:
        """Shows a screen by its tab."""
        tabs, places = self.window.title_row.tabs, self.window._places
        place = next(n for n, one in enumerate(places) if path in {screen.path for screen in one.screens})
        middle = (tabs._edges[place] + tabs._edges[place + 1]) / 2
        await self.hands.click(tabs, QtCore.QPointF(middle, tabs.height() / 2))
        await until(f"the screen {path}", lambda: self.window.screen_shown == path, SOON_S)

    async def break_it(self, device: str, fault: str) -> None:
        """Breaks a device with the panel, or mends it, and closes the panel."""
        tools = self.running._demo
        await self.hands.click(tools.button)
        rows = await until("the panel knows the devices", lambda: tools.panel.isVisible() and tools.panel._rows, SOON_S)
        await self.hands.choose(rows[device].choice, self.say(f"shell.fault.{fault}"))
        await until(f"{device} is {fault}", lambda: rows[device].device.fault.value == fault, SOON_S)
        await self.hands.key(QtCore.Qt.Key.Key_Escape)
        await until("the panel is closed", lambda: not tools.panel.isVisible(), SOON_S)

    async def set_point(self, loop: str, target: str, number: str) -> Ongoing:
        """Opens a loop, writes its set-point, waits for the confirmation and closes the faceplate."""
        await self.hands.open_loop(self.view, loop)
        await self.hands.enter(self.faceplate, target, number)
        done = await self.stands_at(self.faceplate, Stand.CONFIRMED)
        await self.close_faceplate()
        return done

    async def close_faceplate(self) -> None:
        """Closes the faceplate with Escape."""
        count = len(self.window.floats.plates.cards)
        await self.hands.key(QtCore.Qt.Key.Key_Escape)
        await until("the faceplate is closed", lambda: len(self.window.floats.plates.cards) < count, SOON_S)

    # ------------------------------------------------------------------------------------------------ the story

    async def play(self) -> None:
        """Plays all of it."""
        window = self.window
        await until("the demo's operator is signed in", lambda: self.running.attaching.link.session, START_S)
        entries = window.status_row
        await until("all devices are well", lambda: {one.disc for one in entries.entries} == {Disc.GOOD}, START_S)
        await self.tab("Mixing")
        await self.looks("PLC-2", lambda some: some == {Seen.GOOD}, "PLC-2 is read")
        await until("there are no alarms", lambda: window.board.known and not window.board.stands, START_S)
        occurrence = await self.hot()
        await self.cure(occurrence)
        await self.tab("Utilities")
        done = await self.set_point(STEAM, STEAM_TARGET, "4.0")
        self.note("pressure", wish=done.intent.value)
        await self.pulled()
        await self.stopped()
        await self.killed()

    async def hot(self) -> str:
        """The steam valve is held open: alarm in the banner and on the object, guidance. Gives the occurrence."""
        since_s = time.monotonic()
        await self.break_it("PLC-2", "valve_open")
        stand = await self.alarm(TOO_HOT, PROCESS_S)
        place = await until(
            "the alarm is on the object", lambda: [one for one in self.view.marks.places if one.path == HOT], SOON_S
        )
        alarm = self.window.board.alarm(stand)
        message = await self.read(message_words(stand, self.language), since_s)
        first = await self.read(first_action(stand, alarm, self.language), since_s)
        await asyncio.sleep(0)
        self.picture("alarm")
        row = self.row(stand.occurrence)
        if row is None:
            raise NotSeen(stand.path)
        await self.hands.click(self.window.banner, QtCore.QPointF(row.box.left() + 300, row.box.center().y()))
        page = await until("the page of alarms", lambda: self.window.alarms_page, SOON_S)
        opened_s = time.monotonic()
        await until("its guidance", lambda: page.guidance.isVisible() and page.guidance.painted, SOON_S)
        cause = await self.read(alarm.cause.pick(self.language), opened_s)
        step = await self.read(first, opened_s)
        same = page.guidance.painted == stand.occurrence
        self.picture("guidance")
        self.note(
            "alarm", message=message, first=first, framed=len(place), state=stand.state.name,
            occurrence=stand.occurrence, cause=cause, guidance=step, guidance_of_the_same=same,
        )  # fmt: skip
        await self.tab("Mixing")
        return stand.occurrence

    async def cure(self, occurrence: str) -> None:
        """MAN and 0 %: confirmed, the curve bends, acknowledged when it is durable, and the row goes."""
        await self.hands.open_loop(self.view, HOT)
        plate = self.faceplate
        mode = HOT.replace(".PV", ".MODE")
        since_s = time.monotonic()
        await self.hands.enter(plate, COOL, "0")
        refused = await self.stands_at(plate, Stand.REFUSED)
        refusal = await self.read(plate._overlay.words_of(refused), since_s)
        await self.hands.touch(plate, mode, 0.0)
        await self.stands_at(plate, Stand.ASKED)
        await self.hands.touch(plate, mode, 0.0)
        await self.stands_at(plate, Stand.CONFIRMED)
        since_s = time.monotonic()
        await self.hands.enter(plate, COOL, "0")
        done = await self.stands_at(plate, Stand.CONFIRMED)
        confirmed = await self.read(self.say("display.confirmed", wish="0 %"), since_s)
        top: list[float] = []

        def bent() -> bool:
            value = plate.stage.value_of(HOT) if plate.stage is not None else None
            top[:] = [max([*top, value])] if value is not None else top
            return value is not None and value < top[0] - BEND_K

        await until("the curve has bent", bent, PROCESS_S)
        self.picture("cure")
        await self.close_faceplate()
        button = await until("the row's button", lambda: (row := self.row(occurrence)) and row.button, SOON_S)
        self.pressed.append(occurrence)
        await self.hands.click(self.window.banner, button.center() if button else None)
        await until("painted as acknowledged", lambda: occurrence in self.acknowledged, SOON_S)
        await until("the row is gone", lambda: self.row(occurrence) is None, PROCESS_S)
        left = [one.path for one in self.window.board.stands]
        self.note(
            "cure", refusal=refusal, confirmed=confirmed, value=done.intent.value, top=top[0],
            records=self.acknowledged[occurrence], left=left,
        )  # fmt: skip

    async def pulled(self) -> None:
        """The cable of PLC-1: only its values go, a write is refused in words."""
        await self.tab("Water")
        await self.looks("PLC-1", lambda some: some == {Seen.GOOD}, "PLC-1 is read")
        await self.break_it("PLC-1", "cable_pulled")
        looks = await self.looks("PLC-1", lambda some: Seen.GOOD not in some and Seen.STALE not in some, "PLC-1 is bad")
        alarm = await self.alarm(NO_LINK.format("PLC-1"), PROCESS_S)
        await self.hands.open_loop(self.view, FLOW)
        since_s = time.monotonic()
        await self.hands.enter(self.faceplate, FLOW_TARGET, "220")
        refused = await self.stands_at(self.faceplate, Stand.REFUSED)
        words = await self.read(self.faceplate._overlay.words_of(refused), since_s)
        self.picture("cable")
        await self.close_faceplate()
        header = {one.name: one.disc.name for one in self.window.status_row.entries}
        self.note("cable", looks=looks, refusal=words, header=header, alarm=message_words(alarm, self.language))
        await self.break_it("PLC-1", "none")
        await self.looks("PLC-1", lambda some: some == {Seen.GOOD}, "PLC-1 is read again")

    async def stopped(self) -> None:
        """PLC-3 in STOP, holding its values: the screen says so."""
        await self.tab("Filling")
        since_s = time.monotonic()
        await self.break_it("PLC-3", "stop_holding")
        looks = await self.looks("PLC-3", lambda some: some == {Seen.NOT_RUNNING}, "PLC-3 does not run")
        words = await self.read(f"PLC-3 {self.say('display.not_running')}", since_s)
        await self.alarm(NO_LINK.format("PLC-3"), PROCESS_S)
        self.picture("stop")
        header = {one.name: one.disc.name for one in self.window.status_row.entries}
        self.note("stop", looks=looks, words=words, header=header)
        await self.break_it("PLC-3", "none")
        await self.looks("PLC-3", lambda some: some == {Seen.GOOD}, "PLC-3 runs again")

    async def killed(self) -> None:
        """The engine is killed while an alarm waits: dead is seen at once, and the alarm is the same after it."""
        await self.tab("Utilities")
        before = await self.alarm(TOO_MUCH, PROCESS_S)
        tools, status = self.running._demo, self.window.status_row
        await self.hands.click(tools.button)
        await until("the panel is open", tools.panel.isVisible, SOON_S)
        since_s = time.monotonic()
        await self.hands.click(tools.panel._troubles["kill"])
        await self.hands.key(QtCore.Qt.Key.Key_Escape)
        await self.read(self.say("shell.engine_silent"), since_s)
        dead_s = time.monotonic() - since_s
        silent = seen_of(self.view)
        old = await self.read(self.say("views.alarms_old"), since_s)
        self.picture("dead")
        await until("the engine is back", lambda: status.engine.disc is Disc.GOOD and self.window.board.known, START_S)
        back_s = time.monotonic() - since_s
        after = await self.alarm(TOO_MUCH, SOON_S)
        await self.looks("PLC-4", lambda some: some == {Seen.GOOD}, "everything is read again")
        row = self.row(after.occurrence)
        self.picture("back")
        self.note(
            "kill", dead_s=round(dead_s, 3), back_s=round(back_s, 2), old=old,
            silent=sorted({one.name for some in silent.values() for one in some}),
            before=_told(before), after=_told(after), painted=row.state.name if row is not None else "",
        )  # fmt: skip


def _told(stand: AlarmStand) -> dict[str, object]:
    return {"occurrence": stand.occurrence, "first_ns": stand.active_since_ns, "state": stand.state.name}


def _watch_banner() -> list[Callable[[Banner], None]]:
    """Gives a list of who is told after each paint of a banner; before there is one, for Qt keeps whom it calls."""
    told: list[Callable[[Banner], None]] = []
    paint = Banner.paintEvent

    def painting(banner: Banner, event: Any) -> None:
        paint(banner, event)
        for one in told:
            one(banner)

    Banner.paintEvent = painting  # type: ignore[assignment,method-assign]
    return told


def main(project_folder: str, data: str, notes: str, language: str) -> int:
    """Runs the window; a second time, after the launcher gave the first one up, it refuses."""
    if (Path(notes) / "played").exists():
        return app.NOT_LIVE
    (Path(notes) / "played").touch()
    project = open_project(Path(project_folder))
    station = station_for(project, Path(data))
    eyes, banner_painted, run = Eyes(), _watch_banner(), app._Running.run

    async def run_with_somebody(running: Any) -> int:
        story = Story(running, eyes, station.data, Path(notes))
        banner_painted.append(story.banner_painted)

        async def play() -> None:
            try:
                await story.play()
                story.note("end")
            except Exception as error:
                last = [one.words for one in eyes.painted[-60:]]
                story.note("failed", why=f"{type(error).__name__}: {error}", painted=last)
                story.picture("failed")
                running._code = app.NOT_LIVE
                if not isinstance(error, NotSeen):
                    raise
            finally:
                running._end()

        playing = asyncio.create_task(play(), name="story")
        code: int = await run(running)
        await playing
        return code

    app._Running.run = run_with_somebody  # type: ignore[assignment,method-assign]
    wishes = app.Wishes(
        default_language=Language(language),
        language=Language(language),
        size=SIZE,
        simulator=True,
        folder=Path(project_folder),
    )
    return app.run_window(project, station, wishes)


if __name__ == "__main__":
    ended = main(*sys.argv[1:5])
    os._exit(ended)  # hands and eyes hold the window, which the interpreter must not take apart after its application
