"""Bindings: plain references are columns, expressions run only when an input changed."""

import numpy as np
import pytest

from hmi.display.binding import UNBOUND, Bindings, plain_reference
from hmi.display.item import Seen
from hmi.expression import Expression
from hmi.model.errors import ExpressionError
from hmi.model.quality import Cause
from hmi.model.tag import DataType
from tests.display.rig import tag
from tests.display.stand_in import StandIn


@pytest.fixture
def plant():
    tags = {one.path: one for one in (tag("L/A"), tag("L/B"), tag("L/Name", type=DataType.STRING))}
    return tags, StandIn(tags), Bindings(tags)


def test_that_only_one_reference_alone_is_plain():
    assert plain_reference("{L/A}") == "L/A"
    assert plain_reference("  {L/A} ") == "L/A"
    assert plain_reference("{L/A} + 1") is None
    assert plain_reference("{L/A}{L/B}") is None
    assert plain_reference("1") is None


def test_that_equal_bindings_share_a_source_and_a_tag_is_asked_for_once(plant):
    _, source, bindings = plant
    first = bindings.source_of("{L/A}")
    assert bindings.source_of(" {L/A} ") == bindings.source_of("{ L/A }") == first
    bindings.source_of("{L/A} * 2 + {L/B}")
    bindings.attach(source)
    assert source.shown[-1].paths == ["L/A", "L/B"]


def test_that_values_and_qualities_arrive(plant):
    _, source, bindings = plant
    one, two = bindings.source_of("{L/A}"), bindings.source_of("{L/A} * 2 + {L/B}")
    bindings.attach(source)
    assert bindings.refresh()
    assert [Seen(bindings.seen[at]) for at in (one, two)] == [Seen.NEVER_READ] * 2
    source.set("L/A", 20.0)
    source.set("L/B", 1.5)
    assert bindings.refresh()
    assert (bindings.values[one], bindings.values[two]) == (20.0, 41.5)
    assert not bindings.refresh()
    source.set("L/B", 1.5, Cause.STALE)
    bindings.refresh()
    assert Seen(bindings.seen[two]) is Seen.STALE
    assert Seen(bindings.seen[one]) is Seen.GOOD
    source.set("L/B", 1.5, Cause.DEVICE_OFFLINE)
    bindings.refresh()
    assert Seen(bindings.seen[two]) is Seen.BAD_EMPTY
    assert bindings.cause[two] == Cause.DEVICE_OFFLINE


def test_that_an_expression_runs_only_when_an_input_changed(plant, monkeypatch):
    _, source, bindings = plant
    runs = []
    evaluate = Expression.evaluate
    monkeypatch.setattr(
        Expression, "evaluate", lambda self, readings: runs.append(self.source) or evaluate(self, readings)
    )
    bindings.source_of("{L/A} > 3")
    bindings.attach(source)
    source.set("L/A", 1.0)
    source.set("L/B", 1.0)
    bindings.source_of("{L/B}")
    bindings.refresh()
    runs.clear()
    source.set("L/A", 5.0)
    bindings.refresh()
    assert runs == ["{L/A} > 3"]
    bindings.refresh()
    assert runs == ["{L/A} > 3"]


def test_that_a_fault_of_one_expression_is_bad_and_loses_no_change_of_others(plant, monkeypatch, expected_logs, caplog):
    expected_logs.expect("hmi.ui", "{L/A} \\* 2 cannot be evaluated")
    _, source, bindings = plant
    plain, broken, sound = (bindings.source_of(text) for text in ("{ L/A }", "{L/A} * 2", "{L/A} * 3"))
    evaluate = Expression.evaluate

    def evaluate_or_fail(self, readings):
        if self.source == "{L/A} * 2" and readings[0].value != 7.0:
            raise RuntimeError("a fault")
        return evaluate(self, readings)

    monkeypatch.setattr(Expression, "evaluate", evaluate_or_fail)
    source.set("L/A", 5.0)
    bindings.attach(source)
    bindings.refresh()
    source.set("L/A", 6.0)
    bindings.refresh()
    assert bindings.values[[plain, sound]].tolist() == [6.0, 18.0]
    assert Seen(bindings.seen[broken]) is Seen.BAD_EMPTY
    assert bindings.cause[broken] == Cause.CONFIGURATION_ERROR
    assert len(caplog.records) == 1
    source.set("L/A", 7.0)
    bindings.refresh()
    assert bindings.values[[plain, broken, sound]].tolist() == [7.0, 14.0, 21.0]
    assert Seen(bindings.seen[broken]) is Seen.GOOD


def test_that_an_expression_without_tags_has_its_value_at_once(plant):
    _, source, bindings = plant
    constant = bindings.source_of("6 * 7")
    bindings.attach(source)
    bindings.refresh()
    assert bindings.values[constant] == 42


def test_that_a_tag_that_the_project_does_not_have_is_bad_with_that_cause(plant):
    _, source, bindings = plant
    lost, using = bindings.source_of("{L/Nowhere}"), bindings.source_of("{L/Nowhere} + 1")
    bindings.attach(source)
    bindings.refresh()
    for at in (lost, using):
        assert Seen(bindings.seen[at]) is Seen.BAD_EMPTY
        assert bindings.cause[at] == Cause.NOT_IN_PROJECT


def test_that_an_unbound_slot_stays_never_read_whatever_expressions_read(plant):
    _, source, bindings = plant
    bindings.source_of("{L/A} + 1")
    bindings.attach(source)
    source.set("L/A", 7.0)
    bindings.refresh()
    assert Seen(bindings.seen[UNBOUND]) is Seen.NEVER_READ
    assert np.isnan(bindings.values[UNBOUND])


def test_that_words_of_a_text_tag_move_a_number_only_when_they_change(plant):
    _, source, bindings = plant
    name = bindings.source_of("{L/Name}")
    bindings.attach(source)
    source.set("L/Name", "PBS 10")
    bindings.refresh()
    first = bindings.values[name]
    assert bindings.texts[name] == "PBS 10"
    source.set("L/Name", "PBS 10")
    bindings.refresh()
    assert bindings.values[name] == first
    source.set("L/Name", "WFI")
    bindings.refresh()
    assert bindings.values[name] != first
    assert bindings.texts[name] == "WFI"


def test_that_a_binding_that_cannot_be_compiled_is_refused(plant):
    _, _, bindings = plant
    with pytest.raises(ExpressionError):
        bindings.source_of("{L/A} +")


def test_that_without_a_source_everything_is_never_read(plant):
    _, _, bindings = plant
    one = bindings.source_of("{L/A}")
    bindings.attach(None)
    assert not bindings.refresh()
    assert Seen(bindings.seen[one]) is Seen.NEVER_READ
