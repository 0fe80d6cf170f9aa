"""Identities."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.model.ident import ALPHABET, LENGTH, derived_id, id_of_number, is_id, new_id, number_of_id


@given(st.integers(1, 2**64 - 1))
def test_that_an_id_and_its_number_are_one(number: int):
    ident = id_of_number(number)
    assert is_id(ident)
    assert number_of_id(ident) == number


@given(st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH))
def test_that_a_text_of_the_alphabet_is_an_id_exactly_when_its_number_fits(text: str):
    assert is_id(text) == (text[0] in "0123456789abcdef" and text != "0" * LENGTH)


@pytest.mark.parametrize(
    "text", ["", "0" * 13, "g000000000001", "000000000000i", "00000000000001", "../../etc/pas", "A" * 13]
)
def test_that_anything_else_is_none_and_has_no_number(text: str):
    assert not is_id(text)
    with pytest.raises(ValueError, match="is not an identity"):
        number_of_id(text)


@pytest.mark.parametrize("number", [0, -1, 2**64])
def test_that_a_number_outside_has_no_id(number: int):
    with pytest.raises(ValueError, match="outside"):
        id_of_number(number)


def test_that_new_ids_differ_and_derived_ones_repeat():
    assert len({new_id() for _ in range(1000)}) == 1000
    assert derived_id("tags.csv", "A") == derived_id("tags.csv", "A")
    assert derived_id("ab", "c") != derived_id("a", "bc")


def test_that_derived_ids_never_change_between_versions():
    assert derived_id("tags.csv", "Line/Tank1.Level") == "eq3n9fqf3anww", "projects in the field hold these ids"


@given(st.integers(1, 2**64 - 1), st.integers(1, 2**64 - 1))
def test_that_ids_sort_as_their_numbers_do(one: int, other: int):
    assert (id_of_number(one) < id_of_number(other)) == (one < other)
