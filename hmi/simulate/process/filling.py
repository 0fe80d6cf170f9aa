"""Filling unit (PLC-3): hold tank T-103, pump P-103 with XV-106, the filler FM-1 with surge bowl and six stations."""

from dataclasses import dataclass, field
from random import Random

from hmi.simulate.process.batch import HEEL_L, HOLD_CAPACITY_L
from hmi.simulate.process.equipment import Instrument, Motor, Valve, Vessel
from hmi.simulate.process.stations import Line, StationState

BOTTLE_L = 0.5
BOWL_L = 24.0
BOWL_LEAST_L = 4.0
PUMP_LPM = 260.0
FULL_BPM = 240.0
"""Bottles a minute at 100 per cent."""


@dataclass(slots=True)
class Filling:
    """The filling unit."""

    random: Random
    tank: Vessel = field(default_factory=lambda: Vessel(HOLD_CAPACITY_L, 168.0, 25.0))
    bowl: Vessel = field(default_factory=lambda: Vessel(40.0, 12.0, 25.0))
    outlet: Valve = field(default_factory=Valve)
    pump: Motor = field(default_factory=lambda: Motor(rated_a=7.5, ramp_s=3.0, hours=3308.9))
    line: Line = field(init=False)
    speed_setpoint_bpm: float = FULL_BPM
    running: bool = True
    """The operator has the filler switched on."""
    flow_lpm: float = 0.0
    filled_l: float = 0.0
    conductivity: float = 15.1
    rate_bpm: float = 0.0
    calm_s: float = 0.0
    """How long the fill station has not been producing."""
    meters: dict[str, Instrument] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fit line and instruments; the line has made bottles before."""
        rng = self.random
        self.line = Line(rng)
        for station, made in zip(self.line.stations, (8_530, 8_524, 8_515, 8_510, 8_420, 8_412), strict=True):
            station.made, station.rejects = made, round(made * station.reject_share)
        self.meters = {
            "level": Instrument(0.04, 2.0, random=rng),
            "temperature": Instrument(0.05, 5.0, random=rng),
            "conductivity": Instrument(0.03, 4.0, random=rng),
            "flow": Instrument(0.8, 1.0, floor=0.0, random=rng),
            "weight": Instrument(0.35, 2.0, random=rng),
            "isolator": Instrument(0.5, 3.0, random=rng),
            "air": Instrument(0.004, 3.0, random=rng),
        }

    def step(self, product_l: float, product_c: float, conductivity: float, *, allowed: bool, step_s: float) -> None:
        """Move the unit on.

        Args:
            product_l: litres that came through the filter in this step.
            product_c: their temperature, °C.
            conductivity: of the product, mS/cm.
            allowed: the batch lets the filler run.
            step_s: time step, seconds.
        """
        before = self.tank.volume_l
        self.tank.add(product_l, product_c)
        if product_l > 0:
            self.conductivity += (conductivity - self.conductivity) * product_l / (before + product_l)
        self._feed(allowed, step_s)
        product = self.bowl.volume_l > BOWL_LEAST_L and allowed
        speed = self.speed_setpoint_bpm / FULL_BPM if self.running else 0.0
        filled = self.line.step(speed, product, step_s)
        self.filled_l += self.bowl.draw(filled * BOTTLE_L)
        self.rate_bpm += (filled * 60 / step_s - self.rate_bpm) * step_s / 10.0
        if not filled and self.rate_bpm < 0.5:
            self.rate_bpm = 0.0
        self.calm_s = 0.0 if self.fill_state is StationState.PRODUCING else self.calm_s + step_s
        self.measure(step_s)

    @property
    def fill_state(self) -> StationState:
        """State of the fill station, which is the state of the machine."""
        return self.line.stations[1].state

    def _feed(self, allowed: bool, step_s: float) -> None:
        """XV-106 opens first; P-103 keeps the bowl filled, and rests while the filler does not take anything."""
        liquid = self.tank.volume_l > HEEL_L - 5.0
        wanted = allowed and liquid and self.running
        self.outlet.command = wanted or self.pump.running
        rests = self.bowl.volume_l >= BOWL_L and self.calm_s > 3.0
        self.pump.running = wanted and self.outlet.is_open and not rests
        self.outlet.step(step_s)
        need_lpm = self.speed_setpoint_bpm * BOTTLE_L + 12.0 * (BOWL_L - self.bowl.volume_l)
        self.pump.target = max(20.0, min(100.0, 100.0 * need_lpm / PUMP_LPM))
        self.pump.step(step_s)
        passes = self.pump.running and self.outlet.is_open
        room_l = self.bowl.capacity_l - self.bowl.volume_l
        self.flow_lpm = min(PUMP_LPM * self.pump.speed / 100, room_l * 60 / step_s) if passes else 0.0
        self.bowl.add(self.tank.draw(self.flow_lpm / 60 * step_s), self.tank.temperature_c)

    def measure(self, step_s: float) -> None:
        """Let the instruments follow."""
        meters = self.meters
        meters["level"].step(self.tank.level, step_s)
        meters["temperature"].step(self.tank.temperature_c, step_s)
        meters["conductivity"].step(self.conductivity, step_s)
        meters["isolator"].step(32.0, step_s)
        meters["air"].step(0.45, step_s)
        if self.flow_lpm > 0:
            meters["flow"].step(self.flow_lpm, step_s)
        else:
            meters["flow"].reading = 0.0
        if self.fill_state is StationState.PRODUCING or meters["weight"].reading is None:
            meters["weight"].step(BOTTLE_L * 1008.0, step_s)

    def values(self) -> dict[str, float | int | str]:
        """What PLC-3 knows, by tag path, in engineering units."""
        level, pump, stations = self.meters["level"].value, self.pump, self.line.stations
        made, rejects = stations[-1].made, self.line.rejects
        values: dict[str, float | int | str] = {
            "Filling/T-103.Level": level,
            "Filling/T-103.Volume": level / 100 * self.tank.capacity_l,
            "Filling/T-103.Temperature": self.meters["temperature"].value,
            "Filling/CT-103": self.meters["conductivity"].value,
            "Filling/XV-106.State": int(self.outlet.state),
            "Filling/P-103.State": int(pump.state),
            "Filling/P-103.Speed": pump.speed,
            "Filling/P-103.Current": pump.current_a,
            "Filling/P-103.Hours": pump.hours,
            "Filling/FT-103": self.meters["flow"].value,
            "Filling/FM-1.State": int(self.fill_state),
            "Filling/FM-1.Made": made,
            "Filling/FM-1.Rejects": rejects,
            "Filling/FM-1.RejectShare": 100.0 * rejects / max(1, made + rejects),
            "Filling/FM-1.Rate": self.rate_bpm,
            "Filling/FM-1.SpeedSP": self.speed_setpoint_bpm,
            "Filling/FM-1.Run": int(self.running),
            "Filling/FM-1.Weight": self.meters["weight"].value,
            "Filling/FM-1.InLine": self.line.in_line,
            "Filling/LT-106": self.bowl.level,
            "Filling/PDT-106": self.meters["isolator"].value,
            "Filling/VT-106": self.meters["air"].value,
        }
        for station in stations:
            path = f"Filling/FM-1/{station.name}"
            values[f"{path}.State"] = int(station.state)
            values[f"{path}.Made"] = station.made
            values[f"{path}.Rejects"] = station.rejects
            values[f"{path}.Waiting"] = station.waiting
        return values
