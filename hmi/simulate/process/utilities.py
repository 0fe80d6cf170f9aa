"""Utilities (PLC-4) and the water analyser (AN-1): steam, hot loop of water, compressed air, chilled water. Pure."""

from dataclasses import dataclass, field
from random import Random

from hmi.simulate.process.equipment import Instrument, Loop, Motor
from hmi.simulate.process.jacket import saturation_c

STEAM_KG_S_BAR = 0.9
"""Storage of the steam drum: kg that change its pressure by 1 bar."""
BURNER_KG_S = 0.42
SAFETY_BAR = 4.8
"""The safety valve of the drum opens here."""
LOOP_M3_H = 12.0
PIPE_M2 = 0.00212
"""Inner area of the DN 50 loop."""
CHILLED_M3_H = 24.0
WATER_KJ_L_K = 4.18


@dataclass(slots=True)
class Utilities:
    """The utilities."""

    random: Random
    steam_loop: Loop = field(default_factory=lambda: Loop(gain=60.0, reset_s=12.0, setpoint=3.1))
    steam_bar: float = 3.1
    steam_use_kg_s: float = 0.0
    loop_pump: Motor = field(default_factory=lambda: Motor(rated_a=18.0, running=True, speed=100.0, hours=8120.6))
    loop_c: float = 82.0
    loop_setpoint_c: float = 82.0
    return_c: float = 79.2
    organic_ppb: float = 62.0
    conductivity: float = 0.62
    compressor: Motor = field(
        default_factory=lambda: Motor(rated_a=42.0, running=True, speed=100.0, load=0.9, hours=6033.1)
    )
    air_bar: float = 7.0
    chilled_pump: Motor = field(default_factory=lambda: Motor(rated_a=21.0, running=True, speed=100.0, hours=5544.0))
    chilled_c: float = 7.0
    chilled_setpoint_c: float = 7.0
    chilled_return_c: float = 8.4
    draw_m3_h: float = 0.0
    sample_ml_min: float = 180.0
    """What the analyser lets through its cells, mL/min."""
    sample_setpoint_ml_min: float = 180.0
    sample_c: float = 27.0
    meters: dict[str, Instrument] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fit the instruments."""
        noises = {
            "steam": 0.01, "steam_flow": 1.0, "steam_temperature": 0.15, "supply": 0.06, "return": 0.06, "loop": 0.04,
            "conductivity": 0.005, "organic": 0.6, "air": 0.01, "air_flow": 1.2, "dew": 0.1,
            "chilled": 0.04, "chilled_return": 0.05, "chilled_flow": 0.06, "chilled_pressure": 0.01,
            "sample": 1.5, "sample_temperature": 0.05,
        }  # fmt: skip
        self.meters = {name: Instrument(noise, 2.0, random=self.random) for name, noise in noises.items()}
        for name in ("steam_flow", "air_flow", "loop"):
            self.meters[name].floor = 0.0

    def step(
        self, *, steam_kg_s: float, inlet_lpm: float, bottles_bpm: float, cooling_kw: float, step_s: float
    ) -> None:
        """Move the utilities on.

        Args:
            steam_kg_s: what the jacket condenses.
            inlet_lpm: what the water unit draws from the loop.
            bottles_bpm: bottles a minute: the filler uses air.
            cooling_kw: what the product cooler brings into the chilled water.
            step_s: time step, seconds.
        """
        for motor in (self.loop_pump, self.compressor, self.chilled_pump):
            motor.step(step_s)
        self._steam(steam_kg_s, step_s)
        self._water(inlet_lpm, step_s)
        self._sample(step_s)
        air_use = self._air(bottles_bpm, step_s)
        flow_m3_h = self.chilled_flow_m3_h
        if flow_m3_h > 0:
            rise = (cooling_kw + 38.0) / (flow_m3_h / 3.6 * WATER_KJ_L_K)
            self.chilled_c += (self.chilled_setpoint_c + 0.05 * rise - self.chilled_c) * step_s / 60.0
            self.chilled_return_c += (self.chilled_c + rise - self.chilled_return_c) * step_s / 20.0
        self.measure(air_use, flow_m3_h, step_s)

    @property
    def loop_runs(self) -> bool:
        """The water loop runs."""
        return self.loop_pump.running

    @property
    def chilled_flow_m3_h(self) -> float:
        """Flow of chilled water, m3/h."""
        return CHILLED_M3_H * self.chilled_pump.speed / 100

    @property
    def chilled_runs(self) -> bool:
        """Chilled water runs."""
        return self.chilled_pump.running

    def _steam(self, use_kg_s: float, step_s: float) -> None:
        """The burner follows the pressure; the drum stores the difference."""
        self.steam_use_kg_s = use_kg_s + 0.03
        made = BURNER_KG_S * self.steam_loop.step(self.steam_bar, step_s) / 100
        changed_bar = self.steam_bar + (made - self.steam_use_kg_s) / STEAM_KG_S_BAR * step_s
        self.steam_bar = max(0.0, min(SAFETY_BAR, changed_bar))

    def _water(self, inlet_lpm: float, step_s: float) -> None:
        """Heater and pipe losses of the loop; fresh water for what was drawn."""
        self.draw_m3_h += (inlet_lpm * 0.06 - self.draw_m3_h) * min(1.0, step_s / 2.0)
        goal = self.loop_setpoint_c - 0.08 * self.draw_m3_h
        self.loop_c += (goal - self.loop_c) * step_s / 90.0
        self.return_c += (self.loop_c - 2.8 - 0.05 * self.draw_m3_h - self.return_c) * step_s / 25.0
        self.conductivity += (0.62 - self.conductivity) * step_s / 600.0 + self.random.gauss(0.0, 0.0008) * step_s**0.5
        self.organic_ppb += (62.0 - self.organic_ppb) * step_s / 900.0 + self.random.gauss(0.0, 0.12) * step_s**0.5

    def _sample(self, step_s: float) -> None:
        """The analyser's valve follows its set-point while the loop runs; its cooler does less for a larger flow."""
        goal = self.sample_setpoint_ml_min if self.loop_runs else 0.0
        self.sample_ml_min += (goal - self.sample_ml_min) * step_s / 6.0
        cooled_c = 20.0 + 0.04 * self.sample_ml_min
        self.sample_c += (cooled_c - self.sample_c) * step_s / 40.0

    def _air(self, bottles_bpm: float, step_s: float) -> float:
        """Load and unload between two pressures; gives the use in m3/h."""
        use = 60.0 + 0.35 * bottles_bpm
        if self.air_bar < 6.6:
            self.compressor.running = True
        elif self.air_bar > 7.4:
            self.compressor.running = False
        made = 190.0 * self.compressor.speed / 100 if self.compressor.running else 0.0
        self.air_bar += (made - use) / 3600 / 1.5 * step_s
        return use

    def measure(self, air_use: float, chilled_m3_h: float, step_s: float) -> None:
        """Let the instruments follow."""
        loop_m3_h = LOOP_M3_H * self.loop_pump.speed / 100
        truths = {
            "steam": self.steam_bar,
            "steam_flow": self.steam_use_kg_s * 3600,
            "steam_temperature": saturation_c(self.steam_bar),
            "supply": self.loop_c,
            "return": self.return_c,
            "loop": loop_m3_h - self.draw_m3_h * 0.2,
            "conductivity": self.conductivity,
            "organic": self.organic_ppb,
            "air": self.air_bar,
            "air_flow": air_use,
            "dew": -42.0,
            "chilled": self.chilled_c,
            "chilled_return": self.chilled_return_c,
            "chilled_flow": chilled_m3_h,
            "chilled_pressure": 3.8 * (chilled_m3_h / CHILLED_M3_H) ** 2,
            "sample": self.sample_ml_min,
            "sample_temperature": self.sample_c,
        }
        for name, truth in truths.items():
            self.meters[name].step(truth, step_s)

    def values(self) -> dict[str, float | int | str]:
        """What PLC-4 and AN-1 know, by tag path, in engineering units."""
        reading = {name: meter.value for name, meter in self.meters.items()}
        values: dict[str, float | int | str] = {
            "Utilities/PIC-201.PV": reading["steam"],
            "Utilities/PIC-201.SP": self.steam_loop.setpoint,
            "Utilities/PIC-201.OUT": self.steam_loop.output,
            "Utilities/PIC-201.MODE": int(self.steam_loop.mode),
            "Utilities/FT-201": reading["steam_flow"],
            "Utilities/TT-201": reading["steam_temperature"],
            "Utilities/TT-210": reading["supply"],
            "Utilities/TT-211": reading["return"],
            "Utilities/TT-210.SP": self.loop_setpoint_c,
            "Utilities/FT-210": reading["loop"],
            "Utilities/ST-210": reading["loop"] / 3600 / PIPE_M2,
            "Utilities/CT-210": reading["conductivity"],
            "Utilities/AT-210": reading["organic"],
            "Utilities/FT-240": reading["sample"],
            "Utilities/FT-240.SP": self.sample_setpoint_ml_min,
            "Utilities/TT-240": reading["sample_temperature"],
            "Utilities/PT-220": reading["air"],
            "Utilities/FT-220": reading["air_flow"],
            "Utilities/MT-220": reading["dew"],
            "Utilities/TT-230": reading["chilled"],
            "Utilities/TT-231": reading["chilled_return"],
            "Utilities/TT-230.SP": self.chilled_setpoint_c,
            "Utilities/FT-230": reading["chilled_flow"],
            "Utilities/PT-230": reading["chilled_pressure"],
            "Utilities/JT-230": max(
                0.0, reading["chilled_flow"] / 3.6 * WATER_KJ_L_K * (reading["chilled_return"] - reading["chilled"])
            ),
        }
        for name, motor in (("P-210", self.loop_pump), ("C-220", self.compressor), ("P-230", self.chilled_pump)):
            values[f"Utilities/{name}.State"] = int(motor.state)
            values[f"Utilities/{name}.Speed"] = motor.speed
            values[f"Utilities/{name}.Current"] = motor.current_a
            values[f"Utilities/{name}.Hours"] = motor.hours
        return values
