"""The list of health tags: the same ids for whoever computes them, words in both languages, numbers that never move."""

from hmi.model.device import DeviceState
from hmi.model.health import STATE_NUMBERS, STATE_WORDS, device_path, health_id, health_tags, state_of_number
from tests.engine.works import device, project


def test_that_ids_follow_from_paths_and_no_two_are_the_same():
    tags = health_tags(project([device("PLC1"), device("PLC2")], []))
    assert len({tag.id for tag in tags}) == len({tag.path for tag in tags}) == 5 + 2 * 5
    assert all(tag.id == health_id(tag.path) for tag in tags)
    assert health_id("System/Engine.Overrun") == "cp7zxcr9npkxg"


def test_that_titles_and_states_have_words_in_both_languages():
    tags = {tag.path: tag for tag in health_tags(project([device("PLC1")], []))}
    assert all(tag.title.zh and tag.title.en for tag in tags.values())
    state = tags[device_path("PLC1", "State")]
    assert {int(number): words for number, words in state.states.items()} == {
        STATE_NUMBERS[each]: STATE_WORDS[each] for each in DeviceState
    }
    assert all(words.zh and words.en for words in state.states.values())


def test_that_a_state_keeps_its_number_for_ever():
    assert {state.value: number for state, number in STATE_NUMBERS.items()} == {
        "not_commissioned": 0,
        "disabled": 1,
        "connecting": 2,
        "online": 3,
        "degraded": 4,
        "not_running": 5,
        "offline": 6,
        "slots_held": 7,
    }
    assert [state_of_number(number) for number in range(8)] == list(STATE_NUMBERS)
    assert state_of_number(99) is None
