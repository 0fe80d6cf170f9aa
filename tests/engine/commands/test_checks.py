"""Each check with its reason, and their order."""

from dataclasses import dataclass, field

import pytest

from hmi.engine.commands.checks import Checks, Passed, Rate
from hmi.engine.commands.ports import ThisStation
from hmi.engine.commands.targets import Targets
from hmi.engine.plant import build_plant
from hmi.model.device import DeviceState
from hmi.model.devices import PROTOCOLS
from hmi.model.ident import number_of_id
from hmi.model.quality import Cause, status_of
from hmi.model.reason import Reason, reason
from hmi.model.tag import Interlock, Span, Tag
from hmi.model.text import Language, Text
from hmi.model.value import Reading
from hmi.words import say_reason
from tests.engine.commands.rig import Somebody, ask, setpoint
from tests.engine.works import device, project, tag

FREE = Rate(open=False, unsettled=False, since_ns=None)


@dataclass
class Port:
    """A device that is not asked to write."""

    state: DeviceState = DeviceState.ONLINE
    verdict: Cause = Cause.NONE


@dataclass
class Plant:
    """Tags with present values, and their devices."""

    tags: list[Tag]
    values: dict[str, Reading] = field(default_factory=dict)
    ports: dict[str, Port] = field(default_factory=lambda: {"PLC1": Port()})
    control: object = field(default_factory=ThisStation)

    def reading(self, number: int) -> Reading | None:
        found = next((one for one in self.tags if number_of_id(one.id) == number), None)
        return None if found is None else self.values.get(found.path, Reading(0))

    def find(self, name: str) -> Port | None:
        return self.ports.get(name)

    def check(
        self, value, of: int = 0, who: Somebody | None = None, rate: Rate = FREE, *, nobody: bool = False, **fields
    ) -> Passed | Reason:
        plc = device("PLC1", protocol="modbus-tcp", options=b'{"host":"127.0.0.1"}')
        plant = build_plant(project([plc], self.tags), PROTOCOLS)
        checks = Checks(self, self, self.control)
        command = ask(self.tags[of], value, **fields)
        session = None if nobody else who or Somebody()
        return checks.first(command, Targets(plant).find(command.tag), session, "window 1", rate)


def code(found: Passed | Reason) -> str:
    return found.code.removeprefix("command.") if isinstance(found, Reason) else "passed"


def bad(cause: Cause, value=0) -> Reading:
    return Reading(value, status_of(cause), cause)


def test_that_a_plain_write_passes_with_the_value_before():
    plant = Plant([setpoint()], {"SP": Reading(41)})
    found = plant.check(42)
    assert isinstance(found, Passed)
    assert (found.wish.raw, found.old) == (42, 41)


def test_that_an_unknown_tag_is_refused():
    plant = Plant([setpoint()])
    checks = Checks(plant, plant, ThisStation())
    found = checks.first(ask(setpoint("Gone"), 1), None, Somebody(), "w", FREE)
    assert code(found) == "unknown_tag"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ([tag("SP", "hr10")], "not_writable"),
        ([tag("SP", "", of="", writable=True)], "no_device"),
        ([tag("SP", "nonsense", writable=True)], "address_faulty"),
        ([tag("SP", "ir10", writable=True)], "address_not_writable"),
        ([setpoint(rule_read_back="Nowhere")], "no_read_back"),
    ],
)
def test_that_a_tag_that_cannot_be_written_says_why(tags, expected, allow_logs):
    allow_logs("hmi.scan", "tag SP of PLC1")
    assert code(Plant(tags).check(1)) == expected


def test_that_nobody_and_somebody_without_the_right_are_refused():
    plant = Plant([setpoint(rule_right="write.recipe")])
    assert code(plant.check(1, nobody=True)) == "nobody"
    found = plant.check(1)
    assert isinstance(found, Reason)
    assert found == reason("command.no_right", user="op", right="write.recipe")
    assert code(plant.check(1, who=Somebody(rights=frozenset({"write.recipe"})))) == "passed"


@pytest.mark.parametrize(
    ("present", "value", "expected"),
    [(40.0, 45.0, "passed"), (40.0, 45.1, "step"), (40.0, 34.9, "step"), (45.1, 40.1, "passed"), (0.1, 5.1, "passed")],
)
def test_that_the_largest_step_is_taken_from_the_present_value(present, value, expected):
    plant = Plant([setpoint(scale=0.1, rule_largest_step=5.0)], {"SP": Reading(present)})
    assert code(plant.check(value)) == expected


def test_that_a_reason_is_asked_for_where_the_tag_needs_one():
    plant = Plant([setpoint(rule_needs_reason=True)])
    assert code(plant.check(1)) == "note_missing"
    assert code(plant.check(1, reason="  ")) == "note_missing"
    assert code(plant.check(1, reason="warm-up")) == "passed"
    assert code(plant.check(1, reason="x" * 501)) == "note_too_long"


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (Rate(open=True, unsettled=False, since_ns=None), "under_way"),
        (Rate(open=True, unsettled=True, since_ns=None), "unsettled"),
        (Rate(open=False, unsettled=False, since_ns=299_000_000), "too_soon"),
        (Rate(open=False, unsettled=False, since_ns=300_000_000), "passed"),
    ],
)
def test_that_the_rate_is_held(rate, expected):
    assert code(Plant([setpoint(rule_every_ms=300)]).check(1, rate=rate)) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (DeviceState.ONLINE, "passed"), (DeviceState.DEGRADED, "passed"), (DeviceState.OFFLINE, "device_offline"),
        (DeviceState.CONNECTING, "device_connecting"), (DeviceState.DISABLED, "device_disabled"),
        (DeviceState.NOT_COMMISSIONED, "device_not_commissioned"), (DeviceState.SLOTS_HELD, "device_slots_held"),
    ],
)  # fmt: skip
def test_that_only_a_connected_device_is_written(state, expected):
    assert code(Plant([setpoint()], ports={"PLC1": Port(state)}).check(1)) == expected
    assert code(Plant([setpoint()], ports={}).check(1)) == "device_offline"


@pytest.mark.parametrize(
    "verdict",
    [Cause.LIVENESS_PENDING, Cause.HEARTBEAT_STOPPED, Cause.PLC_NOT_RUNNING, Cause.MAP_CHANGED, Cause.ONLY_ZEROS,
     Cause.CONFIGURATION_ERROR],
)  # fmt: skip
def test_that_only_a_device_that_is_proven_to_run_is_written(verdict):
    for state in (DeviceState.ONLINE, DeviceState.NOT_RUNNING):
        found = Plant([setpoint()], ports={"PLC1": Port(state, verdict)}).check(1)
        assert isinstance(found, Reason)
        assert found == reason("command.not_running", device="PLC1", cause_code=f"cause.{verdict.name.lower()}")


@pytest.mark.parametrize("cause", list(Cause))
def test_that_only_a_value_that_is_alive_is_written_over(cause):
    alive = {Cause.NONE, Cause.FORCED, Cause.SUBSTITUTED, Cause.SIMULATED, Cause.BELOW_RANGE, Cause.ABOVE_RANGE}
    found = Plant([setpoint()], {"SP": bad(cause)}).check(1)
    assert code(found) == ("passed" if cause in alive else "quality")


def test_that_a_text_that_is_too_long_for_its_slot_can_be_replaced():
    text = setpoint(address="hr10:string:8")
    assert code(Plant([text], {"SP": bad(Cause.TEXT_TOO_LONG, "abc")}).check("short")) == "passed"


def locked(condition: str, **fields) -> Plant:
    return Plant([setpoint(rule_interlocks=(Interlock(condition=condition, **fields),)), tag("Line/Mode", "hr20")])


@pytest.mark.parametrize(
    ("condition", "mode", "expected"),
    [
        ("{Line/Mode} == 1", Reading(1), "passed"),
        ("{Line/Mode} == 1", Reading(0), "interlock"),
        ("{Line/Mode}", Reading(3), "passed"),
        ("value < 50 or {Line/Mode} == 1", Reading(0), "passed"),
        ("{value} > 50 or {Line/Mode} == 1", Reading(0), "interlock"),
        ("{Line/Mode} == 1", bad(Cause.STALE, 1), "interlock_input_not_good"),
        ("true or {Line/Mode} == 1", bad(Cause.DEVICE_OFFLINE, 1), "interlock_input_not_good"),
        ("not isgood({Line/Mode}) or true", bad(Cause.NEVER_READ, None), "interlock_input_not_good"),
        ("{Line/Mode} / 0 > 1", Reading(1), "interlock_no_result"),
        ("text({Line/Mode})", Reading(1), "interlock_no_result"),
        ("{Line/Gone} == 1", Reading(1), "interlock_input_missing"),
        ("{Line/Mode} ==", Reading(1), "interlock_unreadable"),
    ],
)
def test_that_an_interlock_refuses_unless_it_is_plainly_true(condition, mode, expected):
    plant = locked(condition)
    plant.values["Line/Mode"] = mode
    assert code(plant.check(42)) == expected


def test_that_an_interlock_names_its_input_and_speaks_both_languages():
    plant = locked("{Line/Mode} == 1", title=Text(zh="蒸汽阀处于手动", en="Steam valve is in manual"))
    found = plant.check(42)
    assert isinstance(found, Reason)
    assert say_reason(found, Language.EN) == "Interlocked: Steam valve is in manual"
    assert say_reason(found, Language.ZH) == "联锁：蒸汽阀处于手动"
    plant.values["Line/Mode"] = bad(Cause.STALE, 1)
    found = plant.check(42)
    assert isinstance(found, Reason)
    assert say_reason(found, Language.EN) == "An interlock needs Line/Mode, whose value is not good: stale."


def test_that_a_station_that_is_not_in_control_is_refused():
    class Elsewhere:
        def refusal(self, station, tag_):
            return reason("command.too_many", most=station)

    found = Plant([setpoint()], control=Elsewhere()).check(1)
    assert found == reason("command.too_many", most="window 1")


def test_that_the_first_check_that_refuses_gives_the_reason():
    """Everything is wrong; mended one after the other, in the order in which it is asked."""
    lock = (Interlock(condition="false"),)
    rules = {"rule_needs_reason": True, "rule_largest_step": 5.0, "rule_interlocks": lock}
    plant = Plant([setpoint(write=Span(high=60), **rules)], {"SP": bad(Cause.STALE, 1)})
    plant.ports["PLC1"] = Port(DeviceState.OFFLINE)
    busy = Rate(open=True, unsettled=False, since_ns=None)
    assert code(plant.check(70, nobody=True, rate=busy)) == "nobody"
    assert code(plant.check(70, rate=busy)) == "above"
    assert code(plant.check(50, rate=busy)) == "step"
    assert code(plant.check(3, rate=busy)) == "note_missing"
    assert code(plant.check(3, rate=busy, reason="r")) == "under_way"
    assert code(plant.check(3, reason="r")) == "device_offline"
    plant.ports["PLC1"] = Port()
    assert code(plant.check(3, reason="r")) == "quality"
    plant.values["SP"] = Reading(1)
    assert code(plant.check(3, reason="r")) == "interlock"


def test_that_interlocks_are_compiled_once_for_a_plant(monkeypatch):
    compiled = []
    from hmi.engine.commands import targets

    original = targets.compile_expression
    monkeypatch.setattr(
        targets, "compile_expression", lambda source, **names: compiled.append(source) or original(source, **names)
    )
    plc = device("PLC1", protocol="modbus-tcp", options=b'{"host":"127.0.0.1"}')
    locked_tag = setpoint(rule_interlocks=(Interlock(condition="true"),))
    all_targets = Targets(build_plant(project([plc], [locked_tag]), PROTOCOLS))
    for _ in range(3):
        all_targets.find(locked_tag.id)
    assert compiled == ["true"]
