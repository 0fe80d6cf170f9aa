"""Mixing unit (PLC-2): vessel T-102 with stirrer, steam jacket and four loops, then pump, filter and cooler."""

from dataclasses import dataclass, field
from random import Random

from hmi.simulate.process.batch import HOLD_CAPACITY_L, SALT_KG, Facts, Sequence, Step
from hmi.simulate.process.chemistry import Buffer
from hmi.simulate.process.equipment import Instrument, Loop, Mode, Motor, Valve, Vessel
from hmi.simulate.process.jacket import Jacket
from hmi.simulate.process.transfer import Transfer

RECIPE = "PBS 10×"
LEAST_HEATED_L = 300.0
"""Contents below which the jacket stays cold and the stirrer still."""
HOTTEST_C = 80.0
"""The interlock closes the steam here, whatever the loop asks for."""
COOL_ABOVE_C, COOL_UNTIL_C = 1.0, 0.1
"""The jacket takes chilled water from so much above the set-point down to so much above it, K."""
FULL = 95.0
"""Level of either tank at which nothing more may come in, per cent."""
STIRRER_RPM_MIN = 300.0
"""Ramp of the stirrer's set-point, r/min a minute; that of the temperature may be written."""
RELIEF_BAR = 0.95
"""The relief valve opens here."""


def _loops() -> dict[str, Loop]:
    """The loops of the vessel, tuned to it."""
    return {
        "TIC-102": Loop(gain=15.0, reset_s=900.0, setpoint=58.0, rate_per_min=8.0),
        "AIC-102": Loop(gain=160.0, reset_s=900.0, setpoint=7.40),
        "PIC-102": Loop(gain=60.0, reset_s=8.0, setpoint=0.40),
        "SIC-102": Loop(gain=0.05, reset_s=1.2, setpoint=120.0, rate_per_min=STIRRER_RPM_MIN),
    }


@dataclass(slots=True)
class Mixing:
    """The mixing unit."""

    random: Random
    batch: Sequence = field(default_factory=Sequence)
    vessel: Vessel = field(default_factory=lambda: Vessel(1500.0, 24.0, 25.0))
    buffer: Buffer = field(default_factory=Buffer)
    jacket: Jacket = field(default_factory=Jacket)
    transfer: Transfer = field(init=False)
    loops: dict[str, Loop] = field(default_factory=_loops)
    stirrer: Motor = field(default_factory=lambda: Motor(rated_a=9.5, ramp_s=6.0, load=0.7, hours=3911.8))
    doser: Valve = field(default_factory=Valve)
    cools: bool = False
    """Chilled water is asked for by the jacket."""
    stirrer_rpm: float = 0.0
    pressure_bar: float = 0.05
    meters: dict[str, Instrument] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fit the instruments."""
        rng = self.random
        self.transfer = Transfer(rng)
        self.meters = {
            "level": Instrument(0.05, 2.0, random=rng),
            "TIC-102": Instrument(0.04, 3.0, random=rng),
            "AIC-102": Instrument(0.006, 4.0, random=rng),
            "PIC-102": Instrument(0.002, 1.0, random=rng),
            "SIC-102": Instrument(0.35, 0.8, floor=0.0, random=rng),
            "conductivity": Instrument(0.03, 4.0, floor=0.0, random=rng),
            "jacket": Instrument(0.15, 3.0, random=rng),
        }

    def step(
        self, water_l: float, water_c: float, facts: Facts, *, steam_bar: float, chilled_runs: bool, step_s: float
    ) -> float:
        """Move the unit on.

        Args:
            water_l: litres that came from the water unit in this step.
            water_c: their temperature, °C.
            facts: what the sequence looks at.
            steam_bar: pressure of the steam supply, bar gauge.
            chilled_runs: chilled water runs through the cooler.
            step_s: time step, seconds.

        Returns:
            Litres that went to the hold tank in this step.
        """
        self.batch.advance(facts, step_s)
        vessel = self.vessel
        vessel.add(water_l, water_c)
        self._stir(step_s)
        self._charge_and_dose(step_s)
        self._heat(steam_bar, chilled_runs, step_s)
        self._press(water_l, step_s)
        before = vessel.volume_l
        wanted = self.batch.step is Step.FILTER and facts.hold_l < FULL / 100 * HOLD_CAPACITY_L
        moved = self.transfer.step(vessel, wanted=wanted, chilled_runs=chilled_runs, step_s=step_s)
        self.buffer.leave(moved / before if before > 0 else 0.0)
        self.measure(step_s)
        return moved

    def facts(self, water_l: float, hold_l: float) -> Facts:
        """What the sequence looks at; the temperature is the one that the PLC measures."""
        loop = self.loops["TIC-102"]
        return Facts(
            water_l, self.vessel.volume_l, self.buffer.salt_kg, self.meters["TIC-102"].value, loop.setpoint, hold_l
        )

    def _stir(self, step_s: float) -> None:
        """The stirrer runs in charge and mix; its loop drives the speed."""
        wanted = self.batch.step in (Step.CHARGE, Step.MIX_HEAT) and self.vessel.volume_l > LEAST_HEATED_L
        loop = self.loops["SIC-102"]
        self.stirrer.running = wanted
        loop.active = wanted
        self.stirrer.target = loop.step(self.stirrer_rpm, step_s)
        self.stirrer.step(step_s)
        self.stirrer_rpm = self.stirrer.speed * 2.5

    def _charge_and_dose(self, step_s: float) -> None:
        """Salt comes in over the step; base is dosed through XV-105 while the pH loop asks for it."""
        step, loop = self.batch.step, self.loops["AIC-102"]
        if step is Step.CHARGE:
            self.buffer.charge(min(SALT_KG - self.buffer.salt_kg, SALT_KG / 60.0 * step_s))
        self.buffer.dissolve(self.stirrer_rpm, step_s)
        loop.active = step is Step.MIX_HEAT
        output = loop.step(self.meters["AIC-102"].value, step_s)
        wanted = step is Step.MIX_HEAT or loop.mode is Mode.MANUAL
        self.doser.command = output > 1.0 and wanted and self.vessel.level < FULL
        self.doser.step(step_s)
        if self.doser.is_open and self.doser.command:
            self.vessel.add(self.buffer.dose(output, step_s), 22.0)
        self.buffer.settle(self.vessel.volume_l, step_s)

    def _heat(self, steam_bar: float, chilled_runs: bool, step_s: float) -> None:
        """Steam through TV-102 into the jacket, heat from there into the vessel; chilled water when it is too hot."""
        loop = self.loops["TIC-102"]
        allowed = self.vessel.volume_l > LEAST_HEATED_L and self.vessel.temperature_c < HOTTEST_C
        loop.active = self.batch.step is Step.MIX_HEAT and allowed
        output = loop.step(self.meters["TIC-102"].value, step_s)
        over = self.meters["TIC-102"].value - loop.working
        shut = chilled_runs and output <= 0.5 and self.vessel.volume_l > LEAST_HEATED_L
        self.cools = shut and over > (COOL_UNTIL_C if self.cools else COOL_ABOVE_C)
        self.jacket.step(self.vessel, output if allowed else 0.0, steam_bar, step_s, cools=self.cools)

    def _press(self, water_l: float, step_s: float) -> None:
        """Sterile air holds a small overpressure; what flows in presses, what flows out relieves."""
        loop = self.loops["PIC-102"]
        output = loop.step(self.pressure_bar, step_s)
        gas_l = max(120.0, self.vessel.capacity_l - self.vessel.volume_l)
        squeezed = (water_l / step_s - self.transfer.flow_lpm / 60) / gas_l
        self.pressure_bar += (0.0009 * output - 0.028 * self.pressure_bar + 0.35 * squeezed) * step_s
        self.pressure_bar = max(0.0, min(RELIEF_BAR, self.pressure_bar))

    def measure(self, step_s: float) -> None:
        """Let the instruments follow; with a step of 0 the first time, they read the truth."""
        meters = self.meters
        meters["level"].step(self.vessel.level, step_s)
        meters["TIC-102"].step(self.vessel.temperature_c, step_s)
        meters["AIC-102"].step(self.buffer.ph, step_s)
        meters["PIC-102"].step(self.pressure_bar, step_s)
        meters["conductivity"].step(self.buffer.conductivity(self.vessel.volume_l), step_s)
        meters["jacket"].step(self.jacket.temperature_c, step_s)
        if self.stirrer_rpm > 0:
            meters["SIC-102"].step(self.stirrer_rpm, step_s)
        else:
            meters["SIC-102"].reading = 0.0

    def values(self) -> dict[str, float | int | str]:
        """What PLC-2 knows, by tag path, in engineering units."""
        meters, batch, stirrer = self.meters, self.batch, self.stirrer
        level = meters["level"].value
        values: dict[str, float | int | str] = {
            "Mixing/T-102.Level": level,
            "Mixing/T-102.Volume": level / 100 * self.vessel.capacity_l,
            "Mixing/CT-102": meters["conductivity"].value,
            "Mixing/TT-105": meters["jacket"].value,
            "Mixing/T-102.Heating": int(self.jacket.steam_kg_s > 0.0),
            "Mixing/TV-102.Position": self.jacket.position,
            "Mixing/XV-105.State": int(self.doser.state),
            "Mixing/M-102.State": int(stirrer.state),
            "Mixing/M-102.Speed": stirrer.speed,
            "Mixing/M-102.Current": stirrer.current_a,
            "Mixing/M-102.Hours": stirrer.hours,
            "Mixing/WQ-102": self.buffer.salt_kg,
            "Batch/Number": batch.name,
            "Batch/Recipe": RECIPE,
            "Batch/Step": int(batch.step),
            "Batch/Elapsed": batch.elapsed_s / 60,
            "Batch/Remaining": batch.remaining_s() / 60,
            "Batch/Progress": batch.progress,
            "Mixing/T-102.Hold": int(batch.hold),
        }
        for name, loop in self.loops.items():
            values[f"Mixing/{name}.PV"] = meters[name].value
            values[f"Mixing/{name}.SP"] = loop.setpoint
            values[f"Mixing/{name}.OUT"] = loop.output
            values[f"Mixing/{name}.MODE"] = int(loop.mode)
        for name in ("TIC-102", "SIC-102"):
            values[f"Mixing/{name}.WSP"] = self.loops[name].working
        values["Mixing/TIC-102.RATE"] = self.loops["TIC-102"].rate_per_min
        values.update(self.transfer.values())
        return values
