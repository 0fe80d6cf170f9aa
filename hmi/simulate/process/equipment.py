"""Parts that several units of the plant have: valve, motor, PI loop, vessel, instrument. Pure; stepped by the units."""

from dataclasses import dataclass, field
from enum import IntEnum
from random import Random


class ValveState(IntEnum):
    """Of an on/off valve, by its two end switches."""

    CLOSED = 0
    OPEN = 1
    MOVING = 2


class MotorState(IntEnum):
    """Of a motor, by its contactor."""

    STOPPED = 0
    RUNNING = 1


class Mode(IntEnum):
    """Of a loop."""

    MANUAL = 0
    AUTOMATIC = 1


@dataclass(slots=True)
class Valve:
    """An on/off valve with a stroke time. It passes only when it is fully open."""

    stroke_s: float = 2.0
    command: bool = False
    position: float = 0.0
    """0 closed to 1 open."""

    def step(self, step_s: float) -> None:
        """Move towards what is asked for."""
        change = step_s / self.stroke_s
        self.position = min(1.0, self.position + change) if self.command else max(0.0, self.position - change)

    def set_at_once(self, opened: bool) -> None:
        """Stand open or closed without a stroke (initial state)."""
        self.command, self.position = opened, float(opened)

    @property
    def state(self) -> ValveState:
        """What the end switches say."""
        if self.position >= 1.0:
            return ValveState.OPEN
        return ValveState.CLOSED if self.position <= 0.0 else ValveState.MOVING

    @property
    def is_open(self) -> bool:
        """True when fully open."""
        return self.position >= 1.0


@dataclass(slots=True)
class Motor:
    """A motor on a drive: it runs as soon as it is asked to, its speed follows on a ramp."""

    rated_a: float
    ramp_s: float = 4.0
    running: bool = False
    target: float = 100.0
    """Speed asked for, per cent."""
    speed: float = 0.0
    """Per cent."""
    load: float = 0.8
    """Share of the rated current at full speed."""
    hours: float = 0.0

    def step(self, step_s: float) -> None:
        """Follow the ramp; count the hours."""
        goal = self.target if self.running else 0.0
        change = 100.0 / self.ramp_s * step_s
        self.speed += max(-change, min(change, goal - self.speed))
        if self.running:
            self.hours += step_s / 3600

    @property
    def state(self) -> MotorState:
        """What the contactor says."""
        return MotorState.RUNNING if self.running else MotorState.STOPPED

    @property
    def current_a(self) -> float:
        """Magnetising share plus a load that goes with the cube of the speed (affinity law of a pump); 0 when off."""
        share = self.speed / 100
        return self.rated_a * self.load * (0.35 + 0.65 * share**3) if self.running else 0.0


@dataclass(slots=True)
class Loop:
    """A PI controller in positional form with clamped integral (no wind-up) and bumpless change of mode."""

    gain: float
    """Per cent of output per engineering unit of the error."""
    reset_s: float
    setpoint: float
    low: float = 0.0
    high: float = 100.0
    least: float = 0.0
    """Least output in automatic, per cent; above `low` only while a fault of the program holds the output up."""
    rate_per_min: float = 0.0
    """How fast the working set-point goes to the set-point, engineering units a minute; 0: at once."""
    mode: Mode = Mode.AUTOMATIC
    output: float = 0.0
    """Per cent."""
    measured: float = 0.0
    active: bool = True
    """While false the output goes to `low` and the integral rests (the step of the batch does not need the loop)."""
    working: float = field(init=False)
    """Set-point that is controlled to at this moment: on its way to `setpoint`."""
    _integral: float = 0.0

    def __post_init__(self) -> None:
        """Begin with the ramp at its end."""
        self.working = self.setpoint

    def resume(self, output: float, measured: float) -> None:
        """Stand as after a long time in automatic with this output and measurement (initial state)."""
        self.output = output
        self._integral = output - self.gain * (self.working - measured)

    def step(self, measured: float, step_s: float) -> float:
        """Take a measurement, give the output in per cent."""
        self._approach(step_s)
        self.measured = measured
        if self.mode is Mode.MANUAL:
            self._integral = self.output - self.gain * (self.working - measured)
            return self.output
        low = max(self.low, self.least)
        if not self.active:
            self.output = self._integral = low
            return self.output
        error = self.working - measured
        wanted = self.gain * error + self._integral
        within = low < wanted < self.high
        # The integral only moves while the output is free, or back from the stop that it stands at.
        if within or (wanted >= self.high and error < 0) or (wanted <= low and error > 0):
            self._integral += self.gain * error * step_s / self.reset_s
        self.output = max(low, min(self.high, self.gain * error + self._integral))
        return self.output

    def _approach(self, step_s: float) -> None:
        """Move the working set-point on, in every mode."""
        most = self.rate_per_min * step_s / 60
        away = self.setpoint - self.working
        self.working = self.setpoint if most <= 0 or abs(away) <= most else self.working + (most if away > 0 else -most)


@dataclass(slots=True)
class Vessel:
    """Well mixed liquid in a vessel: volume and heat are conserved by `add` and `draw`."""

    capacity_l: float
    volume_l: float
    temperature_c: float = 25.0

    @property
    def level(self) -> float:
        """Per cent."""
        return 100.0 * self.volume_l / self.capacity_l

    def add(self, volume_l: float, temperature_c: float) -> None:
        """Take liquid in and mix it."""
        total = self.volume_l + volume_l
        if total > 0:
            self.temperature_c += (temperature_c - self.temperature_c) * volume_l / total
        self.volume_l = total

    def draw(self, wanted_l: float) -> float:
        """Let liquid out; gives what was there to be drawn."""
        drawn = min(wanted_l, self.volume_l)
        self.volume_l -= drawn
        return drawn


@dataclass(slots=True)
class Instrument:
    """A measurement: the truth behind a filter, with seeded noise."""

    noise: float
    """Standard deviation, engineering units."""
    lag_s: float = 1.0
    floor: float | None = None
    """Smallest reading (a flow meter cuts off at zero)."""
    random: Random = field(default_factory=lambda: Random(0))
    reading: float | None = None

    def step(self, truth: float, step_s: float) -> float:
        """Follow the truth; gives the reading."""
        noisy = truth + self.random.gauss(0.0, self.noise)
        if self.reading is None:
            self.reading = truth
        self.reading += (noisy - self.reading) * min(1.0, step_s / self.lag_s)
        if self.floor is not None and self.reading < self.floor:
            self.reading = self.floor
        return self.reading

    @property
    def value(self) -> float:
        """The last reading."""
        return 0.0 if self.reading is None else self.reading
