"""Every code that model and drivers speak has words in both languages, every option stands in both help pages."""

import re
import string
from pathlib import Path

import msgspec
import pytest

from hmi.model.device import DeviceState
from hmi.model.devices import PROTOCOLS
from hmi.model.quality import Cause, QualityClass
from hmi.model.tag import DataType
from hmi.model.text import Language
from hmi.resources import resource_path
from hmi.words import load

ROOT = Path(__file__).resolve().parents[3]


def codes_in_source() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "hmi" / "model" / "devices").glob("*.py"):
        found |= set(re.findall(r'AddressError\(\s*"([a-z_.0-9]+)"', path.read_text(encoding="utf-8")))
    return found


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", Language)
def test_that_causes_device_states_and_qualities_have_short_words(language):
    words = load(language)
    wanted = [
        *(f"cause.{cause.name.lower()}" for cause in Cause),
        *(f"device.state.{state.value}" for state in DeviceState),
        *(f"quality.{quality.name.lower()}" for quality in QualityClass),
    ]
    assert [code for code in wanted if not words.get(code)] == []
    longest = 12 if language is Language.ZH else 20
    assert [code for code in wanted if len(words[code]) > longest] == []


def test_that_no_two_causes_share_their_words():
    for language in Language:
        words = [load(language)[f"cause.{cause.name.lower()}"] for cause in Cause]
        assert len(words) == len(set(words))


def test_that_every_code_of_an_address_error_is_in_both_languages_with_the_same_gaps():
    codes = codes_in_source()
    assert len(codes) > 20
    for code in codes:
        assert gaps(load(Language.ZH)[code]) == gaps(load(Language.EN)[code])
    own = ("modbus.", "opcua.", "simulator.address", "simulator.url")
    spoken = {code for code in load(Language.EN) if code.startswith(own)}
    assert spoken == codes


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_that_every_option_and_type_is_named_in_the_help(protocol, language):
    page = resource_path("help", language.value, "drivers", f"{protocol}.md").read_text(encoding="utf-8")
    spec = PROTOCOLS[protocol]
    assert [name for name in spec.options.__struct_fields__ if f"`{name}`" not in page] == []
    assert [kind for kind in spec.types if f"`{kind.value}`" not in page] == []
    assert spec.name in page


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("protocol", ["modbus-tcp", "opcua"])
def test_that_the_help_gives_each_number_its_range_and_default(protocol, language):
    page = resource_path("help", language.value, "drivers", f"{protocol}.md").read_text(encoding="utf-8")
    rows = {row.split("`")[1]: row for row in page.splitlines() if row.startswith("| `")}
    for entry in msgspec.inspect.type_info(PROTOCOLS[protocol].options).fields:  # type: ignore[attr-defined]
        if isinstance(entry.type, msgspec.inspect.IntType):
            row = rows[entry.name].replace(",", "")
            assert re.search(rf"\b{entry.type.ge}\b.*\b{entry.type.le}\b", row), entry.name
            assert re.search(rf"\| {entry.default} \|", row), entry.name


def test_that_protocols_are_listed_by_their_own_name_and_name_a_driver():
    import importlib

    for name, spec in PROTOCOLS.items():
        assert spec.name == name
        assert callable(importlib.import_module(spec.driver).create)
        assert spec.types <= set(DataType)
