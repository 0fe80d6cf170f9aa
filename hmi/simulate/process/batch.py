"""The batch: five steps, what each asks of the valves, pumps and loops, and when it ends. Pure; owned by the plant."""

from dataclasses import dataclass
from enum import IntEnum

FILL_TO_L = 900.0
SALT_KG = 82.0
CHARGE_S = 75.0
SOAK_S = 240.0
SOAK_BELOW_C = 1.5
"""The soak counts while the vessel is not colder than the set-point by more than this, K."""
SOAK_ABOVE_C = 1.5
PACE_S = 20.0
"""Time constant of the estimate of the time left."""
USUAL_PACE = 0.25
"""What the estimate begins with, per cent a second."""
LONGEST_S = 3600.0
"""Largest estimate: more is not worth saying."""
EMPTY_L = 30.0
START_FILLING_L = 450.0
"""Contents of the hold tank at which the filler may begin while the filter still runs."""
HOLD_CAPACITY_L = 1500.0
HEEL_L = 165.0
"""Contents of the hold tank that stay behind at the end."""


class Step(IntEnum):
    """Steps of the batch in their order."""

    FILL = 1
    CHARGE = 2
    MIX_HEAT = 3
    FILTER = 4
    FILL_OUT = 5


class Hold(IntEnum):
    """Why the timer of the step rests."""

    NONE = 0
    HEATING_UP = 1
    TOO_COLD = 2
    TOO_HOT = 3
    WAITING_FOR_WATER = 4
    BELOW_FILLING_LEVEL = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sequence looks at."""

    water_l: float
    mixed_l: float
    salt_kg: float
    temperature_c: float
    setpoint_c: float
    hold_l: float


@dataclass(slots=True)
class Sequence:
    """Where the batch is."""

    number: int = 417
    step: Step = Step.FILL
    elapsed_s: float = 0.0
    """Of the step."""
    soaked_s: float = 0.0
    hold: Hold = Hold.NONE
    progress: float = 0.0
    """Of the step, 0 to 100 per cent."""
    pace: float = USUAL_PACE
    """Smoothed speed of the progress, per cent a second."""
    filler_allowed: bool = False

    def advance(self, facts: Facts, step_s: float) -> None:
        """Let time pass; go to the next step when this one has done its work."""
        self.elapsed_s += step_s
        self.hold = Hold.NONE
        before = self.progress
        done = self._work(facts, step_s)
        self.pace += ((self.progress - before) / step_s - self.pace) * step_s / PACE_S
        self.filler_allowed = self.step is Step.FILL_OUT or (
            self.step is Step.FILTER and (self.filler_allowed or facts.hold_l > START_FILLING_L)
        )
        if done:
            self._next()

    def remaining_s(self) -> float:
        """Time left: of the timed part where the step is timed, else as the progress of the last seconds goes on."""
        if self.step is Step.CHARGE:
            return max(0.0, CHARGE_S - self.elapsed_s)
        if self.step is Step.MIX_HEAT:
            return SOAK_S - self.soaked_s
        return min(LONGEST_S, (100.0 - self.progress) / max(self.pace, 1e-3))

    @property
    def name(self) -> str:
        """Batch number as it stands on the label."""
        return f"B-{self.number:04d}"

    def _work(self, facts: Facts, step_s: float) -> bool:
        """Bring progress and hold up to date; True when the step has ended."""
        match self.step:
            case Step.FILL:
                self.progress = _share(facts.mixed_l, EMPTY_L, FILL_TO_L)
                if facts.water_l < 60.0:
                    self.hold = Hold.WAITING_FOR_WATER
                return facts.mixed_l >= FILL_TO_L
            case Step.CHARGE:
                self.progress = _share(self.elapsed_s, 0.0, CHARGE_S)
                return self.elapsed_s >= CHARGE_S and facts.salt_kg >= SALT_KG - 0.01
            case Step.MIX_HEAT:
                return self._soak(facts, step_s)
            case Step.FILTER:
                self.progress = _share(-facts.mixed_l, -FILL_TO_L, -EMPTY_L)
                if not self.filler_allowed:
                    self.hold = Hold.BELOW_FILLING_LEVEL
                return facts.mixed_l <= EMPTY_L
            case Step.FILL_OUT:
                self.progress = _share(-facts.hold_l, -FILL_TO_L, -HEEL_L)
                return facts.hold_l <= HEEL_L

    def _soak(self, facts: Facts, step_s: float) -> bool:
        """Count the time at temperature."""
        error = facts.temperature_c - facts.setpoint_c
        if error < -SOAK_BELOW_C:
            self.hold = Hold.TOO_COLD if self.soaked_s > 0 else Hold.HEATING_UP
        elif error > SOAK_ABOVE_C:
            self.hold = Hold.TOO_HOT
        else:
            self.soaked_s = min(SOAK_S, self.soaked_s + step_s)
        self.progress = _share(self.soaked_s, 0.0, SOAK_S)
        return self.soaked_s >= SOAK_S

    def _next(self) -> None:
        """Begin the following step; after the last one, the first of a new batch."""
        if self.step is Step.FILL_OUT:
            self.number += 1
            self.step = Step.FILL
        else:
            self.step = Step(self.step + 1)
        self.elapsed_s = self.soaked_s = self.progress = 0.0
        self.pace = USUAL_PACE


def _share(value: float, start: float, end: float) -> float:
    """How far a value has come from start to end, 0 to 100."""
    return max(0.0, min(100.0, 100.0 * (value - start) / (end - start)))
