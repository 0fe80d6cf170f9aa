"""The filler's stations: wash, fill, stopper, cap, inspect, label, conveyors between. Pure; bottles are conserved."""

from dataclasses import dataclass, field
from enum import IntEnum
from random import Random


class StationState(IntEnum):
    """State of a station of a line."""

    STOPPED = 0
    PRODUCING = 1
    STARVED = 2
    BLOCKED = 3
    JAMMED = 4


SETTLE_S = 2.0
"""How long a station waits before it reports that it is starved or blocked."""
CONVEYOR = 24
"""Bottles that fit between two stations."""


@dataclass(slots=True)
class Station:
    """One station: takes a bottle from the conveyor before it, gives it to the one behind."""

    name: str
    rate_bpm: float
    """Bottles a minute when nothing holds it up, at full speed of the line."""
    reject_share: float = 0.0
    jam_after_s: float = 0.0
    """Mean time between jams; 0 is never."""
    state: StationState = StationState.STOPPED
    made: int = 0
    rejects: int = 0
    waiting: int = 0
    """Bottles on the conveyor before it."""
    jam_left_s: float = 0.0
    waited_s: float = 0.0
    """How long it has had nothing to do, or nowhere to put it."""
    _part: float = 0.0
    """Share of the next bottle that is done."""

    def step(self, speed: float, room: int, rng: Random, step_s: float, *, endless: bool = False) -> tuple[int, int]:
        """Work for one step.

        Args:
            speed: share of the full speed, 0 to 1; 0 is stopped.
            room: free places on the conveyor behind it.
            rng: seeded source of jams and rejects.
            step_s: seconds.
            endless: bottles come from outside without end (the first station).

        Returns:
            Bottles taken in, and good bottles given out.
        """
        now = self._state(speed, room, rng, step_s, endless)
        self._report(now, step_s)
        if now is not StationState.PRODUCING:
            return 0, 0
        self._part += self.rate_bpm / 60 * speed * step_s
        taken = given = 0
        while self._part >= 1.0 and given < room and (endless or self.waiting > 0):
            self._part -= 1.0
            taken += 1
            if not endless:
                self.waiting -= 1
            if rng.random() < self.reject_share:
                self.rejects += 1
            else:
                self.made += 1
                given += 1
        self._part = min(self._part, 1.0)
        return taken, given

    def _report(self, now: StationState, step_s: float) -> None:
        """Say the state as a station does: a gap between two bottles is not yet starved or blocked."""
        waits = now in (StationState.STARVED, StationState.BLOCKED)
        self.waited_s = self.waited_s + step_s if waits else 0.0
        if not waits or self.waited_s >= SETTLE_S or self.state is not StationState.PRODUCING:
            self.state = now

    def _state(self, speed: float, room: int, rng: Random, step_s: float, endless: bool) -> StationState:
        """Work out the state; a jam can only begin while it produces."""
        if speed <= 0:
            return StationState.STOPPED
        if self.jam_left_s > 0:
            self.jam_left_s -= step_s
            return StationState.JAMMED
        if room <= 0:
            return StationState.BLOCKED
        if not endless and self.waiting <= 0:
            return StationState.STARVED
        if self.jam_after_s and rng.random() < step_s / self.jam_after_s:
            self.jam_left_s = rng.uniform(12.0, 40.0)
            return StationState.JAMMED
        return StationState.PRODUCING


def six_stations() -> list[Station]:
    """The stations of FM-1 in their order; the fill station is the slowest, as it should be."""
    return [
        Station("Wash", 276.0, 0.0008, 900.0),
        Station("Fill", 240.0, 0.0004),
        Station("Stopper", 270.0, 0.0010, 420.0),
        Station("Cap", 270.0, 0.0006, 600.0),
        Station("Inspect", 282.0, 0.0060),
        Station("Label", 288.0, 0.0012, 540.0),
    ]


@dataclass(slots=True)
class Line:
    """The stations in a row."""

    random: Random
    stations: list[Station] = field(default_factory=six_stations)
    entered: int = 0

    def step(self, speed: float, product: bool, step_s: float) -> int:
        """Work for one step, from the last station back, so that a place freed is a place used.

        Args:
            speed: share of the full speed; 0 is stopped.
            product: there is liquid for the fill station.
            step_s: seconds.

        Returns:
            Bottles filled in this step, rejected ones included.
        """
        filled = 0
        for index in range(len(self.stations) - 1, -1, -1):
            station = self.stations[index]
            after = self.stations[index + 1] if index + 1 < len(self.stations) else None
            room = CONVEYOR - after.waiting if after else CONVEYOR
            if station.name == "Fill" and speed > 0 and not product:
                station.state = StationState.STARVED
                continue
            taken, given = station.step(speed, room, self.random, step_s, endless=index == 0)
            if after:
                after.waiting += given
            if index == 0:
                self.entered += taken
            if station.name == "Fill":
                filled = taken
        return filled

    @property
    def in_line(self) -> int:
        """Bottles on the conveyors."""
        return sum(station.waiting for station in self.stations)

    @property
    def rejects(self) -> int:
        """Bottles thrown out so far."""
        return sum(station.rejects for station in self.stations)
