"""The jacket of T-102: steam through its valve TV-102, or chilled water while that is shut. Pure.

Heat balance of jacket metal and condensate, and of the contents: what the condensing steam gives is stored in the
jacket or goes through the wall, nothing else (heat of condensation 2,130 kJ/kg at 3 bar gauge, IAPWS-IF97 tables).
"""

import math
from dataclasses import dataclass

from hmi.simulate.process.equipment import Vessel

WALL_KW_K = 5.5
JACKET_KJ_K = 32.0
LOSS_KW_K = 0.15
AMBIENT_C = 22.0
HEAT_OF_STEAM_KJ_KG = 2130.0
VALVE_KG_S = 0.26
"""Steam through an open valve at 3.1 bar, kg/s."""
STROKE_S = 8.0
COOLING_KW_K = 20.0
"""What chilled water takes out of the jacket, for each K that it is colder."""
CHILLED_C = 8.0
WATER_KJ_L_K = 4.18


def saturation_c(steam_bar: float) -> float:
    """Temperature of saturated steam by an Antoine fit (good to 1 K from 0 to 6 bar gauge).

    Args:
        steam_bar: gauge pressure, bar.
    """
    absolute_mmhg = (max(0.0, steam_bar) + 1.013) * 750.06
    return 1730.63 / (8.07131 - math.log10(absolute_mmhg)) - 233.426


@dataclass(slots=True)
class Jacket:
    """Jacket and steam valve."""

    temperature_c: float = 25.0
    position: float = 0.0
    """TV-102, per cent."""
    steam_kg_s: float = 0.0
    heat_kw: float = 0.0
    """Through the wall into the contents."""
    cooling_kw: float = 0.0
    """Taken away by chilled water."""

    def step(self, vessel: Vessel, output: float, steam_bar: float, step_s: float, *, cools: bool = False) -> None:
        """Move valve, jacket and contents on.

        Args:
            vessel: its contents are heated.
            output: where the valve shall go, per cent.
            steam_bar: supply pressure, bar gauge.
            step_s: time step, seconds.
            cools: chilled water is asked for; it comes once the steam valve is shut.
        """
        change = 100.0 / STROKE_S * step_s
        self.position += max(-change, min(change, output - self.position))
        # Steam condenses only as fast as the jacket is colder than saturation.
        drive = max(0.0, min(1.0, (saturation_c(steam_bar) - self.temperature_c) / 12.0))
        opened = self.position / 100 if self.position > 0.5 else 0.0
        self.steam_kg_s = VALVE_KG_S * opened * math.sqrt(max(0.0, steam_bar) / 3.1) * drive
        wall = WALL_KW_K * min(1.0, vessel.volume_l / 800.0)
        self.heat_kw = wall * (self.temperature_c - vessel.temperature_c)
        lost = LOSS_KW_K * (self.temperature_c - AMBIENT_C)
        flows = cools and opened == 0.0
        self.cooling_kw = max(0.0, COOLING_KW_K * (self.temperature_c - CHILLED_C)) if flows else 0.0
        gained = self.steam_kg_s * HEAT_OF_STEAM_KJ_KG - self.heat_kw - lost - self.cooling_kw
        self.temperature_c += gained * step_s / JACKET_KJ_K
        if vessel.volume_l > 1.0:
            from_vessel = LOSS_KW_K * (vessel.temperature_c - AMBIENT_C)
            vessel.temperature_c += (self.heat_kw - from_vessel) * step_s / (WATER_KJ_L_K * vessel.volume_l)
