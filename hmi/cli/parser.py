"""argparse in both languages, and the options that every verb has. Used by `main`."""

import argparse
import re
import sys
from pathlib import Path
from typing import Any, NoReturn

from hmi.cli import speech
from hmi.model.text import Language
from hmi.resources import resource_path

_LONGEST_QUOTED = 80
"""Characters of what was given that a sentence repeats."""
MOST_SEED = 2**32 - 1
"""Largest seed of a simulation."""
_ARGPARSE_WORDS = {
    "usage: ": "cli.argparse.usage",
    "positional arguments": "cli.argparse.positional",
    "options": "cli.argparse.options",
    "show this help message and exit": "cli.argparse.help",
    "show program's version number and exit": "cli.argparse.version",
    "the following arguments are required: %s": "cli.argparse.required",
    "unrecognized arguments: %s": "cli.argparse.unrecognized",
    "expected one argument": "cli.argparse.expected_one",
    "expected at least one argument": "cli.argparse.expected_some",
    "invalid %(type)s value: %(value)r": "cli.argparse.invalid_value",
    "invalid choice: %(value)r (choose from %(choices)s)": "cli.argparse.invalid_choice",
    "argument %(argument_name)s: %(message)s": "cli.argparse.argument",
    "ambiguous option: %(option)s could match %(matches)s": "cli.argparse.ambiguous",
    "not allowed with argument %s": "cli.argparse.not_allowed",
    "one of the arguments %s is required": "cli.argparse.one_of",
}
"""What argparse says (Python 3.11 to 3.13) -> our words for it; the gaps in them stay argparse's own."""


def _argparse_words(text: str) -> str:
    """Stand in for `gettext` inside argparse: its own words, in the language of this process."""
    code = _ARGPARSE_WORDS.get(text)
    if code is None:
        return text
    words = speech.tell(code)
    return f"{words} " if text.endswith(" ") else words


class Parser(argparse.ArgumentParser):
    """A parser whose errors are the usage of the verb and one sentence, with exit code 2."""

    def parse_known_args(self, *given: Any, **named: Any) -> Any:
        """Read the words; refuses what is unknown here, where the usage that helps is known."""
        found, unknown = super().parse_known_args(*given, **named)
        if unknown:
            self.error(_argparse_words("unrecognized arguments: %s") % " ".join(unknown))
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """End with the usage and one sentence."""
        self.exit(2, f"{self.format_usage()}{speech.tell('cli.usage_error', message=message)}\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        """Write help, usage or version; unlike argparse's own, an output that takes nothing is not passed over."""
        stream = file or sys.stderr
        if message and stream is not None:
            stream.write(message)


def add_common(entry: argparse.ArgumentParser) -> None:
    """Give a verb the options that every verb has, unless it has declared them itself.

    They have no default here: a verb of a verb (`tags read`) would take back with it what was given before its name.
    """
    known = entry._option_string_actions  # noqa: SLF001 - argparse offers no other way to ask
    if "--data" not in known:
        words = speech.tell("cli.option.data")
        entry.add_argument("--data", metavar="DIR", type=file_name, default=argparse.SUPPRESS, help=words)
    if "--language" not in known:
        words = speech.tell("cli.option.language")
        entry.add_argument("--language", metavar="L", type=_language, default=argparse.SUPPRESS, help=words)


def file_name(text: str) -> Path:
    """Read the name of a file or folder; an empty one (a variable of a script that was not set) is not the present one.

    Raises:
        ArgumentTypeError: when it is empty.
    """
    if not text:
        raise argparse.ArgumentTypeError(speech.tell("cli.name_empty"))
    return Path(text)


def seed(text: str) -> int:
    """Read a seed, 0 to 4294967295.

    Raises:
        ArgumentTypeError: when it is none.
    """
    if re.fullmatch(r"[0-9]{1,10}", text) is None or int(text) > MOST_SEED:
        raise argparse.ArgumentTypeError(speech.tell("cli.seed_unknown", given=_cut(text), most=MOST_SEED))
    return int(text)


def _cut(text: str) -> str:
    """Give what is quoted in a sentence, no longer than is good for one."""
    return text if len(text) <= _LONGEST_QUOTED else text[:_LONGEST_QUOTED] + "…"


def size(text: str) -> tuple[int, int]:
    """Read a size such as 1920x1080, pixels.

    Raises:
        ArgumentTypeError: when it is none, or outside 320x240 to 7680x4320.
    """
    match = re.fullmatch(r"(\d{1,5})[xX×](\d{1,5})", text)
    if match is None or not (320 <= int(match[1]) <= 7680 and 240 <= int(match[2]) <= 4320):
        raise argparse.ArgumentTypeError(speech.tell("cli.size_unknown", given=_cut(text)))
    return int(match[1]), int(match[2])


def seconds(text: str) -> float:
    """Read a time in seconds, above 0 and at most a day.

    Raises:
        ArgumentTypeError: when it is none.
    """
    try:
        given = float(text)
    except ValueError:
        given = 0.0
    if not 0 < given <= 86_400:
        raise argparse.ArgumentTypeError(speech.tell("cli.seconds_unknown", given=_cut(text)))
    return given


def theme(text: str) -> str:
    """Read the name of a theme that is shipped.

    Raises:
        ArgumentTypeError: when there is no such theme; names those that there are.
    """
    known = sorted(path.stem for path in resource_path("themes").glob("*.json"))
    if text not in known:
        raise argparse.ArgumentTypeError(speech.tell("cli.theme_unknown", given=_cut(text), known=", ".join(known)))
    return text


def _language(text: str) -> Language:
    """Read a language.

    Raises:
        ArgumentTypeError: when it is not spoken.
    """
    found = speech.language_of(text)
    if found is None:
        raise argparse.ArgumentTypeError(speech.tell("cli.language_unknown", given=_cut(text)))
    return found


argparse._ = _argparse_words  # type: ignore[attr-defined]  # where argparse looks for its translation
