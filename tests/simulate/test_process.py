"""The process model obeys the laws that a plant obeys, in every step of a batch."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.simulate.process import BufferLine
from hmi.simulate.process.batch import SALT_KG, Hold, Step
from hmi.simulate.process.filling import BOTTLE_L
from hmi.simulate.process.jacket import saturation_c
from hmi.simulate.process.plant import STEP_S
from hmi.simulate.process.stations import CONVEYOR, StationState

BATCH_S = 26 * 60


def steps(seconds: float) -> int:
    return round(seconds / STEP_S)


def inside_l(line: BufferLine) -> float:
    """All liquid that is in the plant now."""
    vessels = (line.water.tank, line.mixing.vessel, line.filling.tank, line.filling.bowl)
    return sum(vessel.volume_l for vessel in vessels)


def entered_l(line: BufferLine) -> float:
    """All liquid that has come in since the start: water and base."""
    return line.water.taken_l + line.mixing.buffer.dosed_l


def assert_possible(line: BufferLine) -> None:
    """Flow only where a source runs and every valve on the way is open; states consistent with the step."""
    values = line.values()
    water, mixing, filling = line.water, line.mixing, line.filling
    if values["Water/FIC-101.PV"] or water.flow_lpm:
        assert values["Water/P-101.State"] == values["Water/XV-102.State"] == 1
        assert water.valve_position > 0
    if water.inlet_lpm:
        assert values["Water/XV-101.State"] == values["Utilities/P-210.State"] == 1
    if values["Mixing/FT-102"] or mixing.transfer.flow_lpm:
        assert values["Mixing/P-102.State"] == values["Mixing/XV-103.State"] == values["Mixing/XV-104.State"] == 1
    if values["Filling/FT-103"] or filling.flow_lpm:
        assert values["Filling/P-103.State"] == values["Filling/XV-106.State"] == 1
    if mixing.jacket.steam_kg_s:
        assert mixing.jacket.position > 0
        assert line.utilities.steam_bar > 0
    match line.batch.step:
        case Step.MIX_HEAT:
            assert values["Water/FIC-101.PV"] < 1.0 or line.batch.elapsed_s < 2.0
            assert values["Mixing/P-102.State"] == 0
            assert values["Mixing/XV-103.State"] == 0
            assert values["Mixing/M-102.State"] == 1
            assert values["Filling/FM-1.State"] in (StationState.STARVED, StationState.STOPPED)
        case Step.FILL:
            assert values["Mixing/P-102.State"] == 0
            assert values["Mixing/M-102.State"] == 0
        case Step.FILTER | Step.FILL_OUT:
            assert values["Water/P-101.State"] == 0


def assert_within(line: BufferLine) -> None:
    """Nothing negative, nothing over the brim."""
    for vessel in (line.water.tank, line.mixing.vessel, line.filling.tank, line.filling.bowl):
        assert -1e-9 <= vessel.volume_l <= vessel.capacity_l
        assert 0 < vessel.temperature_c < 100
    assert all(0 <= station.waiting <= CONVEYOR for station in line.filling.line.stations)
    assert 0 <= line.utilities.steam_bar < 5
    assert 0 <= line.mixing.pressure_bar < 1
    assert 4 < line.mixing.buffer.ph <= 13


def test_a_whole_batch_keeps_flow_and_valves_consistent():
    line = BufferLine(3, start=Step.FILL)
    seen = set()
    for number in range(steps(BATCH_S)):
        line.step()
        if number % 3 == 0:
            assert_possible(line)
            assert_within(line)
            seen.add(line.batch.step)
    assert seen == set(Step)
    assert line.batch.number == 418


@settings(max_examples=8)
@given(
    seed=st.integers(0, 10_000),
    start=st.sampled_from(Step),
    writes=st.lists(st.tuples(st.integers(0, 40), st.floats(-1e6, 1e6)), max_size=6),
)
def test_volumes_balance_whatever_is_written(seed, start, writes):
    line = BufferLine(seed, start=start)
    paths = sorted(line.setpoints)
    before_l = inside_l(line)
    for number, value in writes:
        line.write(paths[number % len(paths)], value)
        for _ in range(steps(20)):
            line.step()
            assert_within(line)
    assert inside_l(line) == pytest.approx(before_l + entered_l(line) - line.filling.filled_l, abs=1e-6)


def test_every_litre_that_enters_is_in_a_vessel_or_in_a_bottle():
    line = BufferLine(5, start=Step.FILL)
    before_l = inside_l(line)
    for _ in range(steps(BATCH_S)):
        line.step()
    assert line.filling.filled_l > 700
    assert inside_l(line) == pytest.approx(before_l + entered_l(line) - line.filling.filled_l, abs=1e-6)


def test_every_bottle_is_made_rejected_or_waiting():
    line = BufferLine(7, start=Step.FILL_OUT)
    stations = line.filling.line.stations
    before = [(station.made, station.rejects) for station in stations]
    for _ in range(steps(300)):
        line.step()
    entered = line.filling.line.entered
    rejected = sum(station.rejects - old[1] for station, old in zip(stations, before, strict=True))
    made = stations[-1].made - before[-1][0]
    assert made > 800
    assert entered == made + rejected + line.filling.line.in_line
    for first, second in itertools.pairwise(stations):
        index = stations.index(first)
        passed = first.made - before[index][0]
        taken = second.made + second.rejects - sum(before[index + 1])
        assert passed == taken + second.waiting


def test_filled_volume_is_that_of_the_bottles():
    line = BufferLine(7, start=Step.FILL_OUT)
    fill = line.filling.line.stations[1]
    before = fill.made + fill.rejects
    for _ in range(steps(200)):
        line.step()
    assert line.filling.filled_l == pytest.approx((fill.made + fill.rejects - before) * BOTTLE_L)


def test_the_vessel_only_gets_warmer_while_the_steam_valve_is_wide_open():
    line = BufferLine(1, start=Step.CHARGE)
    last_c, heated_s = 0.0, 0.0
    for _ in range(steps(500)):
        line.step()
        hotter = line.mixing.jacket.temperature_c > line.mixing.vessel.temperature_c + 5
        if line.batch.step is Step.MIX_HEAT and line.mixing.jacket.position > 50 and hotter:
            assert line.mixing.vessel.temperature_c > last_c
            heated_s += STEP_S
        last_c = line.mixing.vessel.temperature_c
    assert heated_s > 100


def test_the_jacket_never_gets_hotter_than_its_steam():
    line = BufferLine(1, start=Step.CHARGE)
    for _ in range(steps(500)):
        line.step()
        assert line.mixing.jacket.temperature_c <= saturation_c(line.utilities.steam_bar) + 1.0


def test_saturation_meets_the_steam_tables():
    # IAPWS-IF97: 100.0 °C at 1.01325 bar, 144.0 °C at 4.05 bar, 158.8 °C at 6 bar absolute
    assert saturation_c(0.0) == pytest.approx(100.0, abs=0.5)
    assert saturation_c(3.037) == pytest.approx(144.0, abs=1.0)
    assert saturation_c(4.987) == pytest.approx(158.8, abs=1.5)


def test_the_temperature_loop_reaches_its_set_point_and_soaks_without_overshoot_to_the_limit():
    line = BufferLine(2, start=Step.CHARGE)
    while line.batch.step is not Step.FILTER and line.time_s < 1200:
        line.step()
        assert line.mixing.vessel.temperature_c < 59.5
    assert line.batch.step is Step.FILTER
    assert line.mixing.vessel.temperature_c == pytest.approx(58.0, abs=0.4)
    assert line.mixing.buffer.ph == pytest.approx(7.40, abs=0.08)
    assert line.mixing.buffer.salt_kg == pytest.approx(SALT_KG, abs=0.01)


def test_the_soak_timer_rests_while_the_vessel_is_too_cold():
    line = BufferLine(1)
    line.mixing.vessel.temperature_c = 50.0
    for _ in range(steps(20)):
        line.step()
    soaked = line.batch.soaked_s
    assert line.batch.hold is Hold.TOO_COLD
    for _ in range(steps(5)):
        line.step()
    assert line.batch.soaked_s == soaked


def test_the_filter_clogs_with_what_passes_and_is_new_in_the_next_batch():
    line = BufferLine(1, start=Step.FILTER)
    early = late = 0.0
    while line.batch.step is Step.FILTER:
        line.step()
        if 20 < line.batch.elapsed_s < 20.2:
            early = line.mixing.transfer.meters["difference"].value
        if line.mixing.transfer.flow_lpm > 100:
            late = line.mixing.transfer.meters["difference"].value
    assert late > early * 1.2


def test_the_same_seed_gives_the_same_values_and_another_seed_others():
    first, second, other = BufferLine(11), BufferLine(11), BufferLine(12)
    for line in (first, second, other):
        for _ in range(steps(120)):
            line.step()
        line.write("Mixing/TIC-102.SP", 55.0)
        line.step()
    assert first.values() == second.values()
    assert first.values() != other.values()


def test_a_manual_output_moves_the_steam_valve_and_only_in_manual():
    line = BufferLine(1)
    line.write("Mixing/TIC-102.OUT", 80.0)
    line.step()
    assert line.values()["Mixing/TIC-102.OUT"] < 30
    line.write("Mixing/TIC-102.MODE", 0)
    line.write("Mixing/TIC-102.OUT", 80.0)
    for _ in range(steps(12)):
        line.step()
    assert line.values()["Mixing/TV-102.Position"] == pytest.approx(80.0)
    assert line.values()["Mixing/T-102.Heating"] == 1


def test_a_gap_between_two_bottles_is_not_reported_as_starved():
    line = BufferLine(1, start=Step.FILL_OUT)
    for station in line.filling.line.stations:
        station.jam_after_s = 0.0
    for _ in range(steps(30)):
        line.step()
    for _ in range(steps(60)):
        line.step()
        assert [station.state for station in line.filling.line.stations[1:]] == [StationState.PRODUCING] * 5


def test_a_set_point_outside_of_what_the_plc_takes_is_set_back():
    line = BufferLine(1)
    line.write("Mixing/TIC-102.SP", 200.0)
    assert line.values()["Mixing/TIC-102.SP"] == 75.0


def test_a_jam_starves_what_follows_and_blocks_what_comes_before():
    line = BufferLine(1, start=Step.FILL_OUT)
    for _ in range(steps(40)):
        line.step()
    line.filling.line.stations[3].jam_left_s = 60.0
    for _ in range(steps(45)):
        line.step()
        assert_possible(line)
    states = [station.state for station in line.filling.line.stations]
    assert states[3] is StationState.JAMMED
    assert states[:3] == [StationState.BLOCKED] * 3
    assert states[4:] == [StationState.STARVED] * 2
