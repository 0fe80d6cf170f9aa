"""The demo project: clean, canonical, complete in both languages and sizes, and true to the simulated plant."""

import itertools
import json
import re
import shutil
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from asyncua import Client, ua
from pymodbus.client import AsyncModbusTcpClient

from hmi.expression import Expression, compile_expression
from hmi.model.device import CpuState, Heartbeat
from hmi.model.devices.modbus_address import ModbusPoint, Table, WordOrder
from hmi.model.quality import Status
from hmi.model.tag import DataType
from hmi.model.text import Text
from hmi.model.value import Reading
from hmi.project import check_folder, write_project
from hmi.simulate.process import BufferLine
from hmi.simulate.process.batch import Step
from hmi.simulate.process.plant import STEP_S
from tests.simulate.rig import DEMO, demo, endpoint_of, simulated


def test_that_the_strict_check_finds_nothing():
    found = check_folder(DEMO)
    assert [str(problem) for problem in getattr(found, "problems", found)] == []


def test_that_the_files_are_in_their_canonical_form(tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(DEMO, copy)
    assert write_project(demo(), copy) == ()
    fresh = tmp_path / "fresh"
    write_project(demo(), fresh)
    assert {path.relative_to(fresh) for path in fresh.rglob("*.json*")} == {
        path.relative_to(DEMO) for path in DEMO.rglob("*.json*")
    }


def test_that_it_is_large_enough_and_every_device_proves_that_it_runs():
    project = demo()
    assert len(project.all_tags) >= 120
    assert [device.protocol for device in project.devices].count("modbus-tcp") == 4
    assert [device.name for device in project.devices if device.protocol == "opcua"] == ["AN-1"]
    for device in project.devices:
        assert isinstance(device.liveness, Heartbeat | CpuState), device.name
        assert device.signature is not None, device.name
    signatures = {device.signature.expected for device in project.devices if device.signature}
    assert len(signatures) == 5


def texts_in(value) -> list[Text]:
    """All texts of a decoded line."""
    if isinstance(value, dict):
        if value and set(value) <= {"zh", "en"}:
            return [Text(**value)]
        return list(itertools.chain.from_iterable(texts_in(one) for one in value.values()))
    if isinstance(value, list):
        return list(itertools.chain.from_iterable(texts_in(one) for one in value))
    return []


def test_that_every_text_is_there_in_both_languages():
    for path in DEMO.rglob("*.json*"):
        lines = path.read_text(encoding="utf-8")
        items = [json.loads(lines)] if path.suffix == ".json" else [json.loads(line) for line in lines.splitlines()]
        for item in items:
            if "parameters" in item and isinstance(item["parameters"], dict):
                assert item["parameters"].get("zh"), f"{path.name}: {item['path']}"
                assert item["parameters"].get("en"), f"{path.name}: {item['path']}"
                item = {**item, "parameters": {}}
            for text in texts_in(item):
                assert text.zh, f"{path.name}: {text}"
                assert text.en, f"{path.name}: {text}"
                assert not re.search(r"[\u4e00-\u9fff]", text.en), f"{path.name}: {text}"


def test_that_every_screen_has_a_lay_out_for_both_sizes_in_the_navigation():
    project = demo()
    shown = set()
    for item in project.navigation:
        sizes = [(project.screens_by_path[path].width, project.screens_by_path[path].height) for path in item.screens]
        assert sizes == [(1920, 964), (1366, 652)], item.title.en
        shown.update(item.screens)
    assert shown == set(project.screens_by_path)
    assert len(project.navigation) == 6


def test_that_every_tag_is_known_to_the_plant_and_the_plant_to_the_project():
    known = set(BufferLine(1).values())
    paths = set(demo().tags_by_path)
    assert known <= paths
    evidence = {f"PLC-{number}.{name}" for number in (1, 2, 3, 4) for name in ("Heartbeat", "CPU")}
    assert paths - known == evidence | {"AN-1.Heartbeat"}


def test_that_what_may_be_written_is_what_the_plant_takes():
    assert {tag.path for tag in demo().all_tags if tag.writable} == set(BufferLine(1).setpoints)


@pytest.mark.parametrize("start", list(Step))
def test_that_every_value_of_a_batch_stays_inside_the_span_of_its_tag(start):
    project, line = demo(), BufferLine(4, start=start)
    for number in range(round(400 / STEP_S)):
        line.step()
        if number % 50:
            continue
        for path, value in line.values().items():
            tag = project.tags_by_path[path]
            if isinstance(value, str):
                continue
            if tag.states:
                assert str(int(value)) in tag.states, path
            if tag.span.low is not None:
                assert value >= tag.span.low - 0.5, path
            if tag.span.high is not None:
                assert value <= tag.span.high + 0.5, path


def flows() -> dict[str, Expression]:
    """The distinct flow expressions of all pipes."""
    project = demo()
    found = {
        element.bind["flow"]
        for elements in project.elements.values()
        for element in elements
        if element.type == "pipe" and "flow" in element.bind
    }
    return {source: compile_expression(source) for source in found}


@pytest.mark.timeout(60)  # a second of pure sums: on a machine that does much else ten seconds passed once
def test_that_pipes_show_flow_exactly_while_liquid_moves_over_a_whole_batch():
    expressions = flows()
    line = BufferLine(6, start=Step.FILL)
    water, mixing, filling = line.water, line.mixing, line.filling
    truths = {
        "Water/P-101.State": lambda: water.flow_lpm > 0 or 0 < water.pump.speed < 10,
        "Mixing/P-102.State": lambda: mixing.transfer.flow_lpm > 0,
        "Filling/P-103.State": lambda: filling.flow_lpm > 0,
        "Water/XV-101.State": lambda: water.inlet_lpm > 0,
        "Mixing/XV-105.State": lambda: mixing.doser.is_open,
        "Mixing/T-102.Heating": lambda: mixing.jacket.steam_kg_s > 0,
    }
    pipes = {
        source: next(path for path in truths if path in source)
        for source in expressions
        if "Mixing" in source or "Water" in source or "P-103" in source
    }
    assert set(pipes.values()) == set(truths)
    seen: dict[bool, set[str]] = {True: set(), False: set()}
    for number in range(round(26 * 60 / STEP_S)):
        line.step()
        if number % 7:
            continue
        values = line.values()
        for source, path in pipes.items():
            readings = [Reading(value=values[one], status=Status.GOOD) for one in expressions[source].references]
            drawn = bool(expressions[source].evaluate(readings).value)
            assert drawn == truths[path](), (source, line.time_s, line.batch.step)
            seen[drawn].add(source)
    assert seen[True] == seen[False] == set(pipes)


async def test_that_every_tag_reads_back_through_another_modbus_client_as_the_value_of_the_model():
    project = demo()
    # The clock as good as stands, for what is read is compared with the model of one moment.
    async with simulated(project, seed=9, speed=1e-6) as simulation, AsyncExitStack() as closing:
        await simulation.set_faults({})
        simulation.advance(round(120 / STEP_S))
        model = simulation.line.values()
        compared = set()
        for device in project.devices:
            if device.protocol != "modbus-tcp":
                continue
            plc, endpoint = simulation.plcs[device.name], endpoint_of(simulation, device.name)
            client = AsyncModbusTcpClient(endpoint.host, port=endpoint.port, retries=0)
            closing.callback(client.close)
            assert await client.connect()
            for one in plc.map.mapped:
                if one.tag.path not in model:
                    continue
                got = await read_with_pymodbus(client, one.point)
                want = model[one.tag.path]
                if isinstance(want, str):
                    assert got == want
                else:
                    got = got * one.tag.scale + one.tag.offset
                    half_step = abs(one.tag.scale) / 2 if one.point.data_type not in (DataType.FLOAT32,) else 0
                    assert got == pytest.approx(want, rel=1e-6, abs=half_step + 1e-6), one.tag.path
                compared.add(one.tag.path)
        assert set(model) - compared == {tag.path for tag in project.all_tags if tag.device == "AN-1"} & set(model)


async def test_that_the_analyser_is_read_and_set_by_another_opc_ua_client():
    async with simulated(seed=9, opcua=True) as simulation:
        port, model = endpoint_of(simulation, "AN-1").port, simulation.line
        async with Client(f"opc.tcp://127.0.0.1:{port}/an-1", timeout=5) as client:
            for tag in demo().all_tags:
                if tag.device != "AN-1" or tag.path not in model.values():
                    continue
                span = tag.span.high - tag.span.low
                got = await client.get_node(tag.address).read_value()
                assert got == pytest.approx(model.values()[tag.path], abs=0.05 * span), tag.path
            flow = client.get_node("ns=2;s=Sample.FlowSetpoint")
            await flow.write_value(80.0, ua.VariantType.Float)
            assert model.values()["Utilities/FT-240.SP"] == 80.0
            before = model.values()["Utilities/FT-240"]
            simulation.advance(round(60 / STEP_S))
            assert 70 < model.values()["Utilities/FT-240"] < 90 < before


def test_that_no_screen_is_scaled_to_make_room_for_the_alarms():
    project, places = demo(), {1920: (16.0, 796.0, 1360.0, 168.0), 1366: (12.0, 468.0, 912.0, 184.0)}
    for screen in project.screens:
        banners = [one.at for one in project.elements[screen.id] if one.type == "alarm_banner"]
        assert banners == [places[screen.width]], screen.path


LOOPS = ("Water/FIC-101", "Mixing/TIC-102", "Mixing/AIC-102", "Mixing/PIC-102", "Mixing/SIC-102", "Utilities/PIC-201")


@pytest.mark.parametrize("path", LOOPS)
def test_that_a_loop_has_all_that_its_faceplate_needs(path):
    tags = demo().tags_by_path
    measured, setpoint, output, mode = (tags[f"{path}.{name}"] for name in ("PV", "SP", "OUT", "MODE"))
    assert not measured.writable
    assert measured.span.low is not None
    assert measured.span == setpoint.span
    assert setpoint.writable
    assert setpoint.rules.largest_step is not None
    for tag in (setpoint, output, mode):
        assert tag.write.low is not None, tag.path
        assert tag.write.high is not None, tag.path
    assert set(mode.states) == {"0", "1"}
    refusing = next(one for one in output.rules.interlocks if "MODE" in one.condition)
    assert refusing.title.zh != refusing.title.en
    ramp = setpoint.rules.ramp
    if ramp is not None:
        assert tags[ramp.working].unit == setpoint.unit
        assert ramp.rate_per_min is not None or tags[ramp.rate].unit == f"{setpoint.unit}/min"


@pytest.mark.parametrize("path", LOOPS)
def test_that_each_loop_obeys_mode_output_and_set_point(path):
    line = BufferLine(1, start=Step.FILL if path == "Water/FIC-101" else Step.MIX_HEAT)
    low, high = (demo().tags_by_path[f"{path}.SP"].write.low, demo().tags_by_path[f"{path}.SP"].write.high)

    def run(seconds: float) -> float:
        for _ in range(round(seconds / STEP_S)):
            line.step()
        return line.values()[f"{path}.OUT"]

    run(5)
    line.write(f"{path}.OUT", 37.0)
    assert line.values()[f"{path}.OUT"] != 37.0, "in automatic the controller gives the output"
    line.write(f"{path}.MODE", 0)
    line.write(f"{path}.OUT", 37.0)
    assert run(5) == 37.0
    line.write(f"{path}.MODE", 1)
    line.write(f"{path}.SP", high)
    raised = run(4)
    line.write(f"{path}.SP", low)
    assert run(30) < raised


def test_that_two_loops_show_the_ramp_of_their_plc():
    ramped = {tag.path for tag in demo().all_tags if tag.rules.ramp is not None}
    assert ramped == {"Mixing/TIC-102.SP", "Mixing/SIC-102.SP"}


def test_that_the_plc_ramps_to_a_set_point_at_its_rate():
    line = BufferLine(1)
    line.write("Mixing/TIC-102.RATE", 3.0)
    line.write("Mixing/TIC-102.SP", 61.0)
    for _ in range(round(20 / STEP_S)):
        line.step()
    values = line.values()
    assert values["Mixing/TIC-102.SP"] == 61.0
    assert values["Mixing/TIC-102.WSP"] == pytest.approx(59.0)
    for _ in range(round(41 / STEP_S)):
        line.step()
    assert line.values()["Mixing/TIC-102.WSP"] == 61.0


async def read_with_pymodbus(client: AsyncModbusTcpClient, point: ModbusPoint):
    """Read a raw value by pymodbus' own decoding."""
    address, kind = point.address, client.DATATYPE
    if point.table is Table.COIL:
        return (await client.read_coils(address, count=1, device_id=1)).bits[0]
    if point.table is Table.DISCRETE:
        return (await client.read_discrete_inputs(address, count=1, device_id=1)).bits[0]
    read = client.read_holding_registers if point.table is Table.HOLDING else client.read_input_registers
    answer = await read(address, count=point.span, device_id=1)
    assert not answer.isError(), point.canonical
    if point.data_type is DataType.STRING:
        return b"".join(word.to_bytes(2, "big") for word in answer.registers).rstrip(b"\0").decode("utf-8")
    word_order = "little" if point.order is WordOrder.CDAB else "big"
    return client.convert_from_registers(answer.registers, kind[point.data_type.name], word_order=word_order)


def test_that_the_example_folder_holds_nothing_but_the_project():
    names = {path.relative_to(DEMO).parts[0] for path in DEMO.rglob("*")}
    assert names == {"project.json", "devices", "types", "tags", "screens", "navigation", "alarms"}
    assert all(isinstance(path, Path) for path in DEMO.iterdir())
