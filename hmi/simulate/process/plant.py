"""The whole line: steps the units in the order of the flow, gives values by tag path, takes set-points. Pure."""

from collections.abc import Callable, Mapping
from random import Random

from hmi.simulate.process.batch import Sequence, Step
from hmi.simulate.process.equipment import Loop, Mode, Vessel
from hmi.simulate.process.filling import Filling
from hmi.simulate.process.mixing import Mixing
from hmi.simulate.process.utilities import Utilities
from hmi.simulate.process.water import Water

STEP_S = 0.1
"""Time step of the model, seconds."""
HELD_OPEN = 80.0
"""Least output of TIC-102 while it is held open, per cent: some 7 K a minute in a full vessel."""


class BufferLine:
    """Water, mixing, filling, utilities. The same seed and the same writes give the same values, step for step."""

    def __init__(self, seed: int = 1, *, start: Step = Step.MIX_HEAT) -> None:
        """Stand at the end of the soak of a batch (or at the beginning of any other step), warm and ready.

        Args:
            seed: of noise, jams and rejects.
            start: step of the batch to begin in.
        """
        self.water = Water(Random(f"{seed} water"))
        self.mixing = Mixing(Random(f"{seed} mixing"))
        self.filling = Filling(Random(f"{seed} filling"))
        self.utilities = Utilities(Random(f"{seed} utilities"))
        self.time_s = 0.0
        self._setters = self._make_setters()
        _begin(self, start)
        # The instruments read the truth before the first step, so that no loop starts on a reading of nothing.
        self.water.measure(self.utilities.conductivity, 0.0)
        self.mixing.measure(0.0)
        self.filling.measure(0.0)
        self.utilities.measure(60.0, self.utilities.chilled_flow_m3_h, 0.0)

    @property
    def batch(self) -> Sequence:
        """Where the batch is."""
        return self.mixing.batch

    def step(self) -> None:
        """Let `STEP_S` pass."""
        water, mixing, filling, utilities = self.water, self.mixing, self.filling, self.utilities
        moved, moved_c = water.step(
            filling=self.batch.step is Step.FILL,
            loop_runs=utilities.loop_runs,
            conductivity=utilities.conductivity,
            step_s=STEP_S,
        )
        product = mixing.step(
            moved, moved_c, mixing.facts(water.tank.volume_l, filling.tank.volume_l),
            steam_bar=utilities.steam_bar, chilled_runs=utilities.chilled_runs, step_s=STEP_S,
        )  # fmt: skip
        filling.step(
            product, mixing.transfer.product_c, mixing.buffer.conductivity(mixing.vessel.volume_l),
            allowed=self.batch.filler_allowed, step_s=STEP_S,
        )  # fmt: skip
        utilities.step(
            steam_kg_s=mixing.jacket.steam_kg_s,
            inlet_lpm=water.inlet_lpm,
            bottles_bpm=filling.rate_bpm,
            cooling_kw=mixing.transfer.cooling_kw + mixing.jacket.cooling_kw,
            step_s=STEP_S,
        )
        self.time_s += STEP_S

    def hold_steam_open(self, held: bool) -> None:
        """Let the program of PLC-2 keep the steam valve open in automatic, as after a limit forgotten; or no more.

        The operator's output in manual is obeyed all the same: that is the cure.
        """
        self.mixing.loops["TIC-102"].least = HELD_OPEN if held else 0.0

    def jam_cap(self, jammed: bool) -> None:
        """Jam the capping station until somebody clears it, or clear it."""
        station = next(one for one in self.filling.line.stations if one.name == "Cap")
        station.jam_left_s = float("inf") if jammed else 0.0

    def values(self) -> dict[str, float | int | str]:
        """Everything that the PLCs know, by tag path, in engineering units."""
        return self.water.values() | self.mixing.values() | self.filling.values() | self.utilities.values()

    @property
    def setpoints(self) -> Mapping[str, Callable[[float], None]]:
        """Tag paths that may be written, with what takes the value."""
        return self._setters

    def write(self, path: str, value: float) -> bool:
        """Write a set-point, clamped by the PLC to what it takes; False when the path is none."""
        setter = self._setters.get(path)
        if setter is None:
            return False
        setter(value)
        return True

    def _make_setters(self) -> dict[str, Callable[[float], None]]:
        """List everything that may be written."""
        setters: dict[str, Callable[[float], None]] = {}
        loops = {
            "Water/FIC-101": (self.water.flow_loop, 0.0, 300.0),
            "Mixing/TIC-102": (self.mixing.loops["TIC-102"], 20.0, 75.0),
            "Mixing/AIC-102": (self.mixing.loops["AIC-102"], 6.0, 9.0),
            "Mixing/PIC-102": (self.mixing.loops["PIC-102"], 0.0, 1.0),
            "Mixing/SIC-102": (self.mixing.loops["SIC-102"], 0.0, 240.0),
            "Utilities/PIC-201": (self.utilities.steam_loop, 1.0, 4.0),
        }
        for path, (loop, low, high) in loops.items():
            setters[f"{path}.SP"] = _setter(loop, "setpoint", low, high)
            setters[f"{path}.OUT"] = _output_setter(loop)
            setters[f"{path}.MODE"] = _mode_setter(loop)
        setters["Mixing/TIC-102.RATE"] = _setter(self.mixing.loops["TIC-102"], "rate_per_min", 1.0, 20.0)
        setters["Filling/FM-1.SpeedSP"] = _setter(self.filling, "speed_setpoint_bpm", 60.0, 260.0)
        setters["Filling/FM-1.Run"] = self._run_filler
        setters["Utilities/TT-210.SP"] = _setter(self.utilities, "loop_setpoint_c", 75.0, 90.0)
        setters["Utilities/TT-230.SP"] = _setter(self.utilities, "chilled_setpoint_c", 5.0, 12.0)
        setters["Utilities/FT-240.SP"] = _setter(self.utilities, "sample_setpoint_ml_min", 60.0, 240.0)
        return setters

    def _run_filler(self, value: float) -> None:
        """Switch the filler on or off."""
        self.filling.running = value >= 0.5


def _setter(target: object, name: str, low: float, high: float) -> Callable[[float], None]:
    """Make a setter that holds a value within the limits of the PLC."""

    def put(value: float) -> None:
        setattr(target, name, max(low, min(high, float(value))))

    return put


def _mode_setter(loop: Loop) -> Callable[[float], None]:
    """Make a setter of a mode; any other number leaves it as it is."""

    def put(value: float) -> None:
        if value in (0.0, 1.0):
            loop.mode = Mode(int(value))

    return put


def _output_setter(loop: Loop) -> Callable[[float], None]:
    """Make a setter of an output: it takes effect in manual only."""

    def put(value: float) -> None:
        if loop.mode is Mode.MANUAL:
            loop.output = max(loop.low, min(loop.high, float(value)))

    return put


def _begin(line: BufferLine, start: Step) -> None:
    """Put contents, loops and timers where the step begins."""
    mixing, batch = line.mixing, line.batch
    batch.step = start
    if start is Step.FILL:
        return
    full = start in (Step.CHARGE, Step.MIX_HEAT, Step.FILTER)
    mixing.vessel = Vessel(1500.0, 906.0 if full else 29.0, 25.0)
    if start in (Step.MIX_HEAT, Step.FILTER):
        mixing.vessel.temperature_c = 57.9
        mixing.buffer.salt_kg = mixing.buffer.dissolved_kg = 82.0
        mixing.buffer.base_l = 1.40
        mixing.buffer.ph = 7.39
        mixing.pressure_bar = 0.40
    if start is Step.MIX_HEAT:
        batch.soaked_s, batch.elapsed_s = 195.0, 542.0
        mixing.jacket.temperature_c = 60.0
        mixing.stirrer.running, mixing.stirrer.speed, mixing.stirrer_rpm = True, 48.0, 120.0
        mixing.loops["SIC-102"].resume(48.0, 120.0)
        mixing.loops["PIC-102"].resume(12.4, 0.40)
        mixing.loops["TIC-102"].resume(3.0, 57.9)
        mixing.loops["AIC-102"].resume(0.0, 7.39)
    if start is Step.FILL_OUT:
        line.filling.tank.volume_l = 900.0
