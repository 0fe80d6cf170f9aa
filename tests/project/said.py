"""Says a problem in both languages, to see that its words are there and all their gaps are filled."""

from hmi.model.text import Language
from hmi.project import Problem
from hmi.words import load, say_reason


def assert_said(problem: Problem) -> None:
    for language in Language:
        for one in (problem.reason, problem.mend):
            assert one.code in load(language), f"{one.code} has no words in {language.value}"
            assert say_reason(one, language)
