"""Projects for the tests of this room: a small one by hand, and hypothesis strategies for any."""

from dataclasses import replace

import msgspec
from hypothesis import strategies as st

from hmi.model.alarm import Alarm, AlarmKind, TypeAlarm
from hmi.model.device import CpuState, Device, Heartbeat, MapSignature, ScanClass
from hmi.model.ident import derived_id, id_of_number
from hmi.model.project import Project, ProjectHeader
from hmi.model.screen import Element, NavigationItem, Screen
from hmi.model.tag import DataType, Instance, Interlock, Limits, Member, Parameter, Ramp, Span, Tag, TagType, WriteRules
from hmi.model.text import Text
from hmi.project import completed as with_instances


def raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def by_id(items):
    return tuple(sorted(items, key=lambda item: item.id))


def completed(project: Project) -> Project:
    """Give a project as the reader would: sorted by id, with the tags and alarms of its instances."""
    ordered = replace(
        project,
        devices=by_id(project.devices),
        types=by_id(project.types),
        instances=by_id(project.instances),
        tags=by_id(project.tags),
        screens=by_id(project.screens),
        elements={screen.id: by_id(project.elements.get(screen.id, ())) for screen in by_id(project.screens)},
        navigation=by_id(project.navigation),
        alarms=by_id(project.alarms),
    )
    return with_instances(ordered)


def small_project() -> Project:
    """Two devices, a type with instance and alarm, three tags, two alarms, two screens; clean for the check."""
    screen, other = derived_id("screen", "a"), derived_id("screen", "b")
    return completed(
        Project(
            header=ProjectHeader(id=derived_id("project"), name="small", title=Text(zh="小", en="Small")),
            devices=(
                Device(
                    id=derived_id("d1"),
                    name="PLC1",
                    protocol="modbus-tcp",
                    options=raw({"host": "192.168.0.10"}),
                    liveness=Heartbeat(address="hr0", within_s=3.0),
                ),
                Device(
                    id=derived_id("d2"),
                    name="PLC2",
                    protocol="modbus-tcp",
                    options=raw({"host": "192.168.0.11", "unit": 2}),
                    liveness=CpuState(address="hr1", running=(1, 8)),
                    signature=MapSignature(address="hr2", expected=77),
                ),
            ),
            types=(
                TagType(
                    id=derived_id("t1"),
                    path="Motor",
                    parameters=(
                        Parameter(name="plc"),
                        Parameter(name="first", number=True, low=0, high=1000, default="0"),
                    ),
                    members=(
                        Member(name="Run", device="$plc", address="c$first", title=Text(en="Runs on $plc")),
                        Member(name="Speed", device="$plc", address="hr1$first", unit="1/min", scale=0.1),
                    ),
                    alarms=(
                        TypeAlarm(
                            name="trip",
                            member="Run",
                            kind=AlarmKind.DISCRETE,
                            values=(0,),
                            priority=1,
                            title=Text(zh="$plc 电机停", en="Motor on $plc stopped"),
                            action=Text(en="Look"),
                        ),
                    ),
                ),
            ),
            instances=(
                Instance(
                    id=derived_id("i1"),
                    path="Line/M1",
                    of="Motor",
                    parameters={"plc": "PLC2", "first": "40"},
                    overrides={"Speed": raw({"unit": "rpm", "device": "PLC1"})},
                    alarms={"Run:trip": raw({"on_delay_s": 2})},
                ),
            ),
            tags=(
                Tag(
                    id=derived_id("a"),
                    path="Line/Tank1.Level",
                    device="PLC1",
                    address="hr100",
                    unit="%",
                    scale=0.1,
                    span=Span(low=0, high=100),
                    limits=Limits(low=10, high=90),
                    title=Text(zh="液位", en="Level"),
                ),
                Tag(
                    id=derived_id("b"),
                    path="Line/Tank1.SP",
                    device="PLC1",
                    address="hr101",
                    writable=True,
                    rules=WriteRules(
                        largest_step=5.0,
                        interlocks=(
                            Interlock(
                                condition="{Line/M1.Run} and {value} < {Line/Tank1.Level} + 20",
                                title=Text(zh="电机未运行", en="Motor does not run"),
                            ),
                        ),
                        ramp=Ramp(working="Line/Tank1.Level", rate_per_min=2.0),
                    ),
                ),
                Tag(
                    id=derived_id("c"),
                    path="线/阀 1.状态",
                    device="PLC2",
                    address="hr102",
                    states={"0": Text(zh="关", en="Closed"), "1": Text(zh="开", en="Open")},
                ),
            ),
            screens=(
                Screen(id=screen, path="Overview", level=1),
                Screen(id=other, path="Overview/Tank", parent="Overview", width=1366, height=652),
            ),
            elements={
                screen: (
                    Element(
                        id=derived_id("e1"),
                        type="readout",
                        at=(16.0, 24.0, 136.0, 56.0),
                        bind={"value": "{Line/Tank1.Level}"},
                        props=raw({"tag": "LI-1"}),
                    ),
                    Element(
                        id=derived_id("e2"),
                        type="lamp",
                        at=(16.0, 96.0, 200.0, 32.0),
                        z="b",
                        bind={"value": "{Line/M1.Run} and {Line/Tank1.Level} > 5"},
                    ),
                ),
                other: (
                    Element(
                        id=derived_id("e3"),
                        type="readout",
                        at=(0.0, 0.0, 136.0, 56.0),
                        bind={"value": "{System/Devices/PLC1.RoundTripMs} + 0 * {Line/M1.Speed}"},
                    ),
                ),
            },
            navigation=(NavigationItem(id=derived_id("n"), title=Text(en="Overview"), screens=("Overview",)),),
            alarms=(
                Alarm(
                    id=derived_id("al1"),
                    path="Line/Tank1.Level:high",
                    tag="Line/Tank1.Level",
                    kind=AlarmKind.HIGH,
                    deadband=2.0,
                    on_delay_s=5.0,
                    priority=2,
                    cause=Text(zh="出口堵塞", en="Outlet blocked"),
                    action=Text(zh="关阀", en="Close the valve"),
                    respond_s=300.0,
                ),
                Alarm(
                    id=derived_id("al2"),
                    path="线/阀 1.状态:关",
                    tag="线/阀 1.状态",
                    kind=AlarmKind.DISCRETE,
                    values=(0, 3),
                    latching=True,
                    action=Text(en="Open it"),
                ),
            ),
        )
    )


# ------------------------------------------------------------------------------------------------ strategies
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
texts = st.builds(Text, zh=words, en=words)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-10, 10).map(float)
ends = st.none() | numbers
spans = st.builds(Span, low=ends, high=ends)
idents = st.integers(1, 2**64 - 1).map(id_of_number)
part = st.text("abcXYZ019_-#+液位泵", min_size=1, max_size=6)
paths = st.lists(part, min_size=1, max_size=3).map("/".join)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
raws = st.dictionaries(words, json_values, max_size=3).map(raw)

shared = {
    "device": st.sampled_from(["", "PLC1", "PLC2"]),
    "address": st.sampled_from(["", "hr1", "c5", "hr7:float32:CDAB"]),
    "type": st.none() | st.sampled_from(DataType),
    "scale": numbers,
    "offset": numbers,
    "sentinels": st.lists(numbers, max_size=2).map(tuple),
    "unit": words,
    "decimals": st.none() | st.integers(0, 6),
    "span": spans,
    "limits": st.builds(Limits, low_low=ends, low=ends, high=ends, high_high=ends),
    "writable": st.booleans(),
    "write": spans,
    "states": st.dictionaries(st.integers(0, 99).map(str), texts, max_size=3),
    "title": texts,
    "slot_bytes": st.integers(1, 999),
}
rules = st.just(WriteRules()) | st.builds(
    WriteRules,
    right=words,
    largest_step=ends,
    interlocks=st.lists(
        st.builds(Interlock, condition=st.sampled_from(["", "{./Run}", "{value} < 5", "1 +", "{x"]), title=texts),
        max_size=2,
    ).map(tuple),
    ramp=st.none() | st.builds(Ramp, working=st.sampled_from(["", "./Run", "a/b"]), rate=words, rate_per_min=ends),
    tolerance=ends,
    read_back=words,
    deadline_ms=st.integers(-9, 99_999),
)
shared["rules"] = rules
shared_alarm = {
    "kind": st.sampled_from(AlarmKind),
    "limit": ends,
    "values": st.lists(st.integers(-9, 9), max_size=3).map(tuple),
    "deadband": numbers,
    "on_delay_s": numbers,
    "off_delay_s": numbers,
    "priority": st.integers(-1, 5),
    "latching": st.booleans(),
    "needs_acknowledge": st.booleans(),
    "enabled": st.booleans(),
    "title": texts,
    "action": texts,
    "respond_s": numbers,
}
alarms = st.builds(Alarm, id=idents, path=paths, tag=paths, **shared_alarm)
type_alarms = st.builds(TypeAlarm, name=part, member=part, **shared_alarm)
tags = st.builds(Tag, id=idents, path=paths, **shared)
members = st.builds(Member, name=part, **shared)
devices = st.builds(
    Device,
    id=idents,
    name=part,
    protocol=st.sampled_from(["modbus-tcp", "simulator", "unknown"]),
    options=raws,
    title=texts,
    liveness=st.none()
    | st.builds(Heartbeat, address=words, within_s=numbers)
    | st.builds(CpuState, address=words, running=st.lists(st.integers(-9, 9), max_size=3).map(tuple)),
    signature=st.none() | st.builds(MapSignature, address=words, expected=st.integers(-(2**40), 2**40)),
    enabled=st.booleans(),
    commissioned=st.booleans(),
)
parameters = st.builds(Parameter, name=part, number=st.booleans(), low=ends, high=ends, default=st.none() | words)
types = st.builds(
    TagType,
    id=idents,
    path=paths,
    title=texts,
    parameters=st.lists(parameters, max_size=2).map(tuple),
    members=st.lists(members, max_size=2).map(tuple),
    alarms=st.lists(type_alarms, max_size=2).map(tuple),
)
instances = st.builds(
    Instance,
    id=idents,
    path=paths,
    of=paths,
    title=texts,
    parameters=st.dictionaries(part, words, max_size=2),
    overrides=st.dictionaries(part, raws, max_size=2),
    alarms=st.dictionaries(part, raws, max_size=2),
)
references = st.sampled_from(["", "{Line/Tank1.Level}", "{Line/Tank1.Level} * 2", "1 +", "{x} and not {线/阀 1.状态}"])
elements = st.builds(
    Element,
    id=idents,
    type=st.sampled_from(["readout", "valve", "pack_only"]),
    at=st.tuples(numbers, numbers, numbers, numbers),
    z=words,
    layer=words,
    bind=st.dictionaries(part, references, max_size=2),
    props=raws,
)
screens = st.builds(
    Screen, id=idents, path=paths, title=texts, width=st.integers(-9, 5000), level=st.integers(0, 9), parent=paths
)
navigation = st.builds(
    NavigationItem, id=idents, order=words, title=texts, screens=st.lists(paths, max_size=2).map(tuple)
)
scan_classes = st.builds(ScanClass, name=part, period_ms=st.integers(1, 9999), stale_after_ms=st.integers(0, 9999))
headers = st.builds(
    ProjectHeader,
    id=idents,
    name=st.text("abc019-_", min_size=1, max_size=8).map(lambda text: "p" + text),
    title=texts,
    scan_classes=st.lists(scan_classes, max_size=3).map(tuple),
    start=words,
)


def some(items, most=3):
    return st.lists(items, max_size=most, unique_by=lambda item: item.id).map(tuple)


@st.composite
def projects(draw) -> Project:
    """Any project whose ids are its own; nothing else of it needs to make sense."""
    drawn = draw(some(screens, 2))
    project = Project(
        header=draw(headers),
        devices=draw(some(devices)),
        types=draw(some(types, 2)),
        instances=draw(some(instances, 2)),
        tags=draw(some(tags)),
        screens=drawn,
        elements={screen.id: draw(some(elements)) for screen in drawn},
        navigation=draw(some(navigation, 2)),
        alarms=draw(some(alarms)),
    )
    groups = (project.devices, project.types, project.instances, project.tags, project.screens, project.navigation)
    groups += (project.alarms,)
    every = [item.id for group in groups for item in group]
    if len(set(every)) != len(every):
        project = replace(
            project, devices=(), types=(), instances=(), navigation=(), screens=(), elements={}, alarms=()
        )
    return completed(project)
