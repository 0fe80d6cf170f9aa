"""What is dissolved in T-102: salt, its conductivity, and the pH under dosing. Pure; amounts are conserved."""

import math
from dataclasses import dataclass

DOSE_L_S = 0.02
"""Dosing pump at 100 per cent, L/s."""
CONDUCTIVITY_PER_G_L = 0.1667
"""mS/cm per g/L of the recipe's salt mix, so that 82 kg in 900 L read 15.2 mS/cm."""
PURE_PH = 5.9
BUFFER_PH = 7.18
"""Where the salt alone brings it."""
PH_PER_L_M3 = 0.14
"""Rise for each litre of base in a cubic metre of buffer."""


@dataclass(slots=True)
class Buffer:
    """Amounts in the vessel."""

    salt_kg: float = 0.0
    """Charged, dissolved or not."""
    dissolved_kg: float = 0.0
    base_l: float = 0.0
    ph: float = PURE_PH
    dosed_l: float = 0.0
    """Dosed since the start."""

    def charge(self, salt_kg: float) -> None:
        """Take salt in."""
        self.salt_kg += max(0.0, salt_kg)

    def dissolve(self, stirrer_rpm: float, step_s: float) -> None:
        """Salt dissolves by first order, the faster the more it is stirred."""
        rate_s = (0.002 + 0.018 * min(1.0, stirrer_rpm / 120.0)) * step_s
        self.dissolved_kg += (self.salt_kg - self.dissolved_kg) * min(1.0, rate_s)

    def dose(self, output: float, step_s: float) -> float:
        """Pump base in; gives its litres."""
        litres = DOSE_L_S * max(0.0, min(100.0, output)) / 100 * step_s
        self.base_l += litres
        self.dosed_l += litres
        return litres

    def leave(self, share: float) -> None:
        """A share (0 to 1) of the contents leaves, with what is in it."""
        kept = 1.0 - max(0.0, min(1.0, share))
        self.salt_kg *= kept
        self.dissolved_kg *= kept
        self.base_l *= kept

    def settle(self, volume_l: float, step_s: float) -> None:
        """The pH follows the mixture with the time that mixing takes."""
        if volume_l < 1.0:
            return
        strength = 1.0 - math.exp(-3.0 * self.dissolved_kg / volume_l * 1000 / 30.0)
        wanted = PURE_PH + (BUFFER_PH - PURE_PH) * strength + PH_PER_L_M3 * self.base_l / (volume_l / 1000)
        self.ph += (min(13.0, wanted) - self.ph) * min(1.0, step_s / 12.0)

    def conductivity(self, volume_l: float) -> float:
        """Conductivity in mS/cm."""
        return CONDUCTIVITY_PER_G_L * self.dissolved_kg * 1000 / volume_l if volume_l > 1.0 else 0.0
