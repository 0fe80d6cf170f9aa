"""Water unit (PLC-1): tank T-101, its inlet XV-101, fill pump P-101 with flow loop FIC-101 into the mixing vessel."""

from dataclasses import dataclass, field
from random import Random

from hmi.simulate.process.equipment import Instrument, Loop, Motor, Valve, Vessel

INLET_LPM = 180.0
"""From the loop of the utilities through the point-of-use cooler."""
REFILL_BELOW = 60.0
REFILL_UNTIL = 86.0
"""Level of T-101, per cent: where the inlet opens and closes."""
PUMP_LPM = 320.0
"""Fill pump at full speed through an open FCV-101."""
AMBIENT_C = 22.0
WATER_C = 25.0
"""Water behind the point-of-use cooler."""


@dataclass(slots=True)
class Water:
    """The water unit."""

    random: Random
    tank: Vessel = field(default_factory=lambda: Vessel(2000.0, 1500.0, 24.6))
    inlet: Valve = field(default_factory=Valve)
    outlet: Valve = field(default_factory=Valve)
    pump: Motor = field(default_factory=lambda: Motor(rated_a=11.0, hours=4182.3))
    flow_loop: Loop = field(default_factory=lambda: Loop(gain=0.12, reset_s=3.0, setpoint=240.0, low=0.0, high=100.0))
    valve_position: float = 0.0
    """FCV-101, per cent."""
    flow_lpm: float = 0.0
    """True flow into the mixing vessel."""
    inlet_lpm: float = 0.0
    total_l: float = 486_210.0
    taken_l: float = 0.0
    """Taken in through the inlet since the start."""
    meters: dict[str, Instrument] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fit the instruments."""
        rng = self.random
        self.meters = {
            "level": Instrument(0.04, 2.0, random=rng),
            "temperature": Instrument(0.05, 5.0, random=rng),
            "flow": Instrument(1.2, 1.0, random=rng),
            "pressure": Instrument(0.01, 1.0, floor=0.0, random=rng),
            "conductivity": Instrument(0.006, 4.0, random=rng),
        }

    def step(self, *, filling: bool, loop_runs: bool, conductivity: float, step_s: float) -> tuple[float, float]:
        """Move the unit on.

        Args:
            filling: the batch asks for water.
            loop_runs: the water loop of the utilities runs, so the inlet has something to give.
            conductivity: of the water in that loop, uS/cm.
            step_s: time step, seconds.

        Returns:
            Litres that went to the mixing vessel in this step, and their temperature in °C.
        """
        tank = self.tank
        if tank.level < REFILL_BELOW:
            self.inlet.command = True
        elif tank.level > REFILL_UNTIL:
            self.inlet.command = False
        self.inlet.step(step_s)
        self.inlet_lpm = INLET_LPM if self.inlet.is_open and loop_runs else 0.0
        taken_l = self.inlet_lpm / 60 * step_s
        self.taken_l += taken_l
        tank.add(taken_l, WATER_C)
        tank.temperature_c += (AMBIENT_C - tank.temperature_c) * step_s / 20_000
        moved = self._feed(filling, step_s)
        self.measure(conductivity, step_s)
        return moved, tank.temperature_c

    def _feed(self, filling: bool, step_s: float) -> float:
        """Valves first, then the pump; the pump stops before the valves close."""
        self.outlet.command = filling or self.pump.running
        self.pump.running = filling and self.outlet.is_open and self.tank.volume_l > 40.0
        self.outlet.step(step_s)
        self.pump.step(step_s)
        self.flow_loop.active = self.pump.running
        self.flow_loop.step(self.meters["flow"].value, step_s)
        self.valve_position += max(-20 * step_s, min(20 * step_s, self.flow_loop.output - self.valve_position))
        passes = self.pump.running and self.outlet.is_open and self.valve_position > 0.5
        goal = PUMP_LPM * self.pump.speed / 100 * (self.valve_position / 100) ** 0.7 if passes else 0.0
        # A stopped pump or a closed valve ends the flow at once; an open way fills with its own inertia.
        self.flow_lpm = self.flow_lpm + (goal - self.flow_lpm) * min(1.0, step_s / 0.8) if passes else 0.0
        moved = self.tank.draw(self.flow_lpm / 60 * step_s)
        self.total_l += moved
        return moved

    def measure(self, conductivity: float, step_s: float) -> None:
        """Let the instruments follow."""
        meters = self.meters
        meters["level"].step(self.tank.level, step_s)
        meters["temperature"].step(self.tank.temperature_c, step_s)
        if self.flow_lpm > 0.0:
            meters["flow"].step(self.flow_lpm, step_s)
        else:
            meters["flow"].reading = 0.0
        head = 3.4 * (self.pump.speed / 100) ** 2 if self.pump.running else 0.0
        meters["pressure"].step(head + self.tank.level / 500, step_s)
        meters["conductivity"].step(conductivity + 0.05, step_s)

    def values(self) -> dict[str, float | int | str]:
        """What PLC-1 knows, by tag path, in engineering units."""
        level = self.meters["level"].value
        loop, pump = self.flow_loop, self.pump
        return {
            "Water/T-101.Level": level,
            "Water/T-101.Volume": level / 100 * self.tank.capacity_l,
            "Water/T-101.Temperature": self.meters["temperature"].value,
            "Water/XV-101.State": int(self.inlet.state),
            "Water/XV-102.State": int(self.outlet.state),
            "Water/FT-110": self.inlet_lpm,
            "Water/FIC-101.PV": self.meters["flow"].value,
            "Water/FIC-101.SP": loop.setpoint,
            "Water/FIC-101.OUT": loop.output,
            "Water/FIC-101.MODE": int(loop.mode),
            "Water/FCV-101.Position": self.valve_position,
            "Water/FQ-101": int(self.total_l),
            "Water/P-101.State": int(pump.state),
            "Water/P-101.Speed": pump.speed,
            "Water/P-101.Current": pump.current_a,
            "Water/P-101.Hours": pump.hours,
            "Water/PT-101": self.meters["pressure"].value,
            "Water/CT-101": self.meters["conductivity"].value,
        }
