"""The alarms of the demo: quiet while the line runs as it should, and each mistake and fault brings its own."""

import re
from pathlib import Path

import msgspec
import pytest

from hmi.drivers.opcua.driver import create
from hmi.engine.supervise import limits_of
from hmi.link.messages import FaultKind
from hmi.model.alarm import AlarmKind
from hmi.model.clock import SystemClock
from hmi.model.devices.opcua import OpcUaOptions
from hmi.model.text import Language
from hmi.project import read_project
from hmi.simulate.process import BufferLine
from hmi.simulate.process.batch import Step
from hmi.simulate.process.plant import STEP_S
from hmi.simulate.simulation import Simulation
from hmi.simulate.ua_plc import UaPlc
from hmi.views.alarm_groups import areas_of

PROJECT = Path(__file__).resolve().parents[2] / "resources" / "examples" / "buffer-line"
BUILDING_S = 4
"""How long the server of AN-1 takes from the start of the demo until it answers."""
LOOK_EVERY = 5
"""Steps of the model from one look to the next: half a second."""
HIGH, LOW = (AlarmKind.HIGH, AlarmKind.HIGH_HIGH), (AlarmKind.LOW, AlarmKind.LOW_LOW)


@pytest.fixture(scope="module")
def project():
    return read_project(PROJECT).project


class Watch:
    """Judges the alarms of the project on the values of the model: what is in condition for its whole delay comes."""

    def __init__(self, project):
        self._tags = project.tags_by_path
        self._alarms = project.all_alarms
        self._since = {}
        self.came = set()

    def is_in_condition(self, alarm, value):
        if alarm.kind is AlarmKind.DISCRETE:
            return value in alarm.values
        limit = alarm.limit if alarm.limit is not None else getattr(self._tags[alarm.tag].limits, alarm.kind.value)
        return value > limit if alarm.kind in HIGH else value < limit

    def look(self, values, now_s):
        standing = set()
        for alarm in self._alarms:
            if not self.is_in_condition(alarm, values[alarm.tag]):
                self._since.pop(alarm.path, None)
            elif now_s - self._since.setdefault(alarm.path, now_s) >= alarm.on_delay_s:
                standing.add(alarm.path)
        self.came |= standing
        return standing

    def run(self, line, seconds):
        """Lets time pass; gives what stands at its end."""
        standing = set()
        for number in range(round(seconds / STEP_S)):
            line.step()
            if number % LOOK_EVERY == 0:
                standing = self.look(line.values(), line.time_s)
        return standing


def test_that_every_alarm_says_in_both_languages_what_it_is_why_and_what_to_do(project):
    assert 20 <= len(project.all_alarms) <= 40
    for alarm in project.all_alarms:
        for words in (alarm.title, alarm.cause, alarm.consequence, alarm.action):
            assert words.zh, alarm.path
            assert words.en, alarm.path
            assert words.pick(Language.ZH) != words.pick(Language.EN)
        assert alarm.action.zh.count("\n") == alarm.action.en.count("\n")
        assert alarm.respond_s > 0


def test_that_few_alarms_are_the_most_urgent(project):
    share = [alarm.priority for alarm in project.all_alarms].count(1) / len(project.all_alarms)
    assert 0 < share <= 0.1


@pytest.mark.parametrize("seed", [1, 2])
def test_that_no_alarm_comes_in_ten_minutes_of_normal_running(project, seed):
    watch = Watch(project)
    watch.run(BufferLine(seed), 600)
    assert watch.came == set()


@pytest.mark.parametrize("start", [Step.FILL, Step.CHARGE, Step.FILL_OUT])
def test_that_no_alarm_comes_in_the_other_steps_of_the_batch(project, start):
    watch = Watch(project)
    watch.run(BufferLine(3, start=start), 400)
    assert watch.came == set()


@pytest.mark.parametrize(
    ("writes", "alarm", "seconds"),
    [
        ({"Mixing/TIC-102.SP": 62.0}, "Mixing/TIC-102.PV:high", 75),
        ({"Mixing/PIC-102.SP": 0.7}, "Mixing/PIC-102.PV:high", 30),
        ({"Mixing/SIC-102.SP": 230.0}, "Mixing/SIC-102.PV:high", 30),
        ({"Mixing/AIC-102.MODE": 0, "Mixing/AIC-102.OUT": 100.0}, "Mixing/AIC-102.PV:high", 180),
        ({"Utilities/PIC-201.SP": 4.0}, "Utilities/PIC-201.PV:high", 30),
        ({"Utilities/PIC-201.SP": 2.2}, "Utilities/PIC-201.PV:low", 60),
        ({"Utilities/TT-230.SP": 11.0}, "Utilities/TT-230:high", 150),
        ({"Utilities/FT-240.SP": 80.0}, "Utilities/FT-240:low", 30),
    ],
)
def test_that_a_mistake_of_the_operator_brings_its_alarm_and_no_other(project, writes, alarm, seconds):
    line, watch = BufferLine(1), Watch(project)
    watch.run(line, 5)
    before = {path: line.values()[path] for path in writes}
    for path, value in writes.items():
        line.write(path, value)
    watch.run(line, seconds)
    assert watch.came == {alarm}
    if "AIC" not in alarm:  # base that is in the vessel is not taken out again
        for path, value in before.items():
            line.write(path, value)
        assert watch.run(line, 240) == set()


def test_that_the_steam_valve_held_open_is_cured_in_manual_within_two_minutes(project):
    line, watch = BufferLine(1), Watch(project)
    watch.run(line, 5)
    line.hold_steam_open(True)
    begin = line.time_s
    while not watch.run(line, 1):
        assert line.time_s - begin < 60
    assert watch.came == {"Mixing/TIC-102.PV:high"}
    watch.run(line, 10)  # somebody reads what to do
    line.write("Mixing/TIC-102.MODE", 0)
    line.write("Mixing/TIC-102.OUT", 0.0)
    rising = line.mixing.vessel.temperature_c
    watch.run(line, 10)
    top = line.mixing.vessel.temperature_c
    assert top < rising + 1.5
    watch.run(line, 20)
    assert line.mixing.vessel.temperature_c < top - 0.5
    while watch.run(line, 1):
        assert line.time_s - begin < 120
    assert watch.came == {"Mixing/TIC-102.PV:high"}


def test_that_nobody_doing_anything_about_the_held_valve_brings_the_most_urgent_alarm(project):
    line, watch = BufferLine(1), Watch(project)
    line.hold_steam_open(True)
    watch.run(line, 120)
    assert watch.came >= {"Mixing/TIC-102.PV:high", "Mixing/TIC-102.PV:high_high"}


def test_that_a_jam_that_does_not_clear_is_an_alarm_of_its_station_alone(project):
    line, watch = BufferLine(1, start=Step.FILL_OUT), Watch(project)
    watch.run(line, 20)
    line.jam_cap(True)
    watch.run(line, 60)
    assert watch.came == {"Filling/FM-1/Cap.State:jammed"}
    line.jam_cap(False)
    assert watch.run(line, 30) == set()


async def test_that_a_flood_brings_many_alarms_on_every_device_and_mending_ends_them(project):
    simulation, watch = Simulation(project, seed=1, any_port=True), Watch(project)

    def read():
        found = {}
        for plc in simulation.plcs.values():
            if isinstance(plc, UaPlc):
                found |= {node.title: plc.values[key] for key, node in plc.nodes.items()}
            else:
                found |= {one.tag.path: plc.map.value(plc.memory, one) for one in plc.map.mapped}
        return found

    await simulation.set_faults(dict.fromkeys(simulation.plcs, FaultKind.FLOOD))
    watch.look(read(), 0.0)
    standing = watch.look(read(), 120.0)
    device_of = {alarm.path: project.tags_by_path[alarm.tag].device for alarm in project.all_alarms}
    assert len(standing) >= 15
    assert {device_of[path] for path in standing} == set(simulation.plcs)
    await simulation.set_faults(dict.fromkeys(simulation.plcs, FaultKind.NONE))
    assert watch.look(read(), 121.0) == set()


async def test_that_faults_of_the_process_are_offered_by_the_device_that_has_the_part(project):
    simulation = Simulation(project, seed=1, any_port=True)
    offered = {name: set(simulation.offered(name)) for name in simulation.plcs}
    assert {name for name, kinds in offered.items() if FaultKind.VALVE_OPEN in kinds} == {"PLC-2"}
    assert {name for name, kinds in offered.items() if FaultKind.JAM in kinds} == {"PLC-3"}
    await simulation.set_fault("PLC-2", FaultKind.VALVE_OPEN)
    assert simulation.line.mixing.loops["TIC-102"].least > 50
    await simulation.set_fault("PLC-2", FaultKind.SLOW)
    assert simulation.line.mixing.loops["TIC-102"].least == 0


def test_that_every_area_with_alarms_has_a_name_in_chinese(project):
    areas = areas_of(project)
    assert len(areas) == 4
    for area, title in areas.items():
        assert re.search(r"[\u4e00-\u9fff]", title.zh), area


def test_that_a_device_which_is_slow_to_power_up_is_waited_for_before_it_counts_as_lost(project):
    """Its server takes four seconds to build, and four times as long on a machine with other work."""
    device = next(one for one in project.devices if one.name == "AN-1")
    options = msgspec.json.decode(device.options, type=OpcUaOptions)
    limit_s = limits_of(options).open_s
    assert limit_s >= options.connect_ms / 1000 >= 8 * BUILDING_S
    wire = create(options, SystemClock())._wire
    assert wire._open_s == options.connect_ms / 1000
    assert wire._limit_s == options.request_ms / 1000
    assert device.liveness.within_s <= 3  # what is lost later is told as soon as before
