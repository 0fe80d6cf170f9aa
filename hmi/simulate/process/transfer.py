"""From T-102 through XV-103, pump P-102, filter F-101, cooler E-101 and XV-104 into T-103 (all of PLC-2). Pure."""

from dataclasses import dataclass, field
from random import Random

from hmi.simulate.process.equipment import Instrument, Motor, Valve, Vessel

CLEAN_LPM = 200.0
"""Through a new filter."""
PRODUCT_C = 25.0
"""Where the cooler brings the product."""
CLEAN_BAR = 0.32
"""Over a new filter at `CLEAN_LPM`."""
CLOGGING_L = 1100.0
"""Throughput after which the resistance has doubled."""
WATER_KJ_L_K = 4.18


@dataclass(slots=True)
class Transfer:
    """Transfer line."""

    random: Random
    outlet: Valve = field(default_factory=Valve)
    inlet: Valve = field(default_factory=Valve)
    pump: Motor = field(default_factory=lambda: Motor(rated_a=14.0, hours=2750.4))
    flow_lpm: float = 0.0
    filtered_l: float = 0.0
    """Since the element was changed; a new one is fitted at the end of each batch."""
    product_c: float = PRODUCT_C
    cooling_kw: float = 0.0
    meters: dict[str, Instrument] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fit the instruments."""
        rng = self.random
        self.meters = {
            "difference": Instrument(0.006, 1.5, floor=0.0, random=rng),
            "flow": Instrument(0.8, 1.0, floor=0.0, random=rng),
            "product": Instrument(0.06, 4.0, random=rng),
        }

    def step(self, vessel: Vessel, *, wanted: bool, chilled_runs: bool, step_s: float) -> float:
        """Move the line on; gives the litres that went to the hold tank."""
        if wanted and not self.outlet.command:
            self.filtered_l = 0.0
        way = self.outlet.is_open and self.inlet.is_open
        self.outlet.command = self.inlet.command = wanted or self.pump.running
        self.pump.running = wanted and way and chilled_runs and vessel.volume_l > 1.0
        for part in (self.outlet, self.inlet, self.pump):
            part.step(step_s)
        passes = self.pump.running and way
        resistance = 1.0 + self.filtered_l / CLOGGING_L
        goal = CLEAN_LPM * self.pump.speed / 100 / resistance**0.5 if passes else 0.0
        self.flow_lpm = self.flow_lpm + (goal - self.flow_lpm) * min(1.0, step_s / 0.8) if passes else 0.0
        moved = vessel.draw(self.flow_lpm / 60 * step_s)
        self.filtered_l += moved
        self._cool(vessel.temperature_c, moved / step_s, chilled_runs, step_s)
        self._measure(resistance, step_s)
        return moved

    def _cool(self, hot_c: float, flow_l_s: float, chilled_runs: bool, step_s: float) -> None:
        """The cooler holds its outlet while chilled water runs; what it takes away goes to the chilled water."""
        if flow_l_s > 0:
            goal = min(hot_c, PRODUCT_C) if chilled_runs else hot_c
            self.product_c += (goal - self.product_c) * min(1.0, step_s / 15.0)
            self.cooling_kw = max(0.0, flow_l_s * WATER_KJ_L_K * (hot_c - self.product_c))
        else:
            self.cooling_kw = 0.0

    def _measure(self, resistance: float, step_s: float) -> None:
        """Let the instruments follow."""
        if self.flow_lpm > 0:
            self.meters["flow"].step(self.flow_lpm, step_s)
            self.meters["difference"].step(CLEAN_BAR * resistance * self.flow_lpm / CLEAN_LPM, step_s)
        else:
            self.meters["flow"].reading = self.meters["difference"].reading = 0.0
        self.meters["product"].step(self.product_c, step_s)

    def values(self) -> dict[str, float | int | str]:
        """What PLC-2 knows of it, by tag path, in engineering units."""
        pump = self.pump
        return {
            "Mixing/XV-103.State": int(self.outlet.state),
            "Mixing/XV-104.State": int(self.inlet.state),
            "Mixing/P-102.State": int(pump.state),
            "Mixing/P-102.Speed": pump.speed,
            "Mixing/P-102.Current": pump.current_a,
            "Mixing/P-102.Hours": pump.hours,
            "Mixing/FT-102": self.meters["flow"].value,
            "Mixing/PDT-101": self.meters["difference"].value,
            "Mixing/FQ-102": int(self.filtered_l),
            "Mixing/TT-104": self.meters["product"].value,
        }
