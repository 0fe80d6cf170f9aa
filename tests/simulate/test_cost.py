"""The simulator stays small: it runs beside engine and window on the same two cores."""

import time
import tracemalloc

from hmi.model.device import Device
from hmi.model.devices.modbus_tcp import ModbusTcpOptions
from hmi.model.ident import derived_id
from hmi.model.tag import DataType, Tag
from hmi.simulate.plc import Plc
from hmi.simulate.process.plant import STEP_S
from hmi.simulate.simulation import Simulation
from tests.simulate.rig import demo


def test_that_ten_seconds_of_the_demo_cost_less_than_a_twentieth_of_a_core():
    simulation = Simulation(demo(), seed=1, any_port=True)
    simulation.advance(10)
    started = time.process_time()
    for _ in range(round(10 / STEP_S)):
        simulation.advance(1)
    assert time.process_time() - started < 0.5


def test_that_nothing_grows_over_minutes_of_the_plant():
    simulation = Simulation(demo(), seed=1, any_port=True)
    simulation.advance(200)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(100):
        simulation.advance(10)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 100_000


def test_that_a_project_of_twenty_thousand_tags_costs_less_than_half_a_core():
    tags = [
        Tag(id=derived_id("t", str(n)), path=f"T{n}", address=f"hr{n * 2}:float32", type=DataType.FLOAT32)
        for n in range(10_000)
    ]
    tags += [Tag(id=derived_id("b", str(n)), path=f"B{n}", address=f"c{n}", type=DataType.BOOL) for n in range(10_000)]
    device = Device(id=derived_id("d"), name="D", protocol="modbus-tcp")
    plc = Plc(device, ModbusTcpOptions(host="127.0.0.1"), tags, write=lambda _path, _value: False, seed=1)
    plc.refresh({}, STEP_S)
    started = time.process_time()
    for _ in range(10):
        plc.refresh({}, STEP_S)
    assert time.process_time() - started < 0.5
