"""Reads the .po files of `resources/locale/` and says sentences by code.

Message ids are codes (`cause.stale`), both languages are catalogues. The files are read as text: a compiled
catalogue would be a binary in the repository or a build step before the first start (decision record 0004).
"""

import ast
import re
from functools import cache

from hmi.model.errors import HmiError
from hmi.model.reason import Argument, Reason
from hmi.model.text import Language
from hmi.resources import resource_path

Catalogue = dict[str, str]
_PLAIN = re.compile(r'^msgid "([^"\\\n]+)"\nmsgstr "([^"\\\n]*)"\n(?!")', re.MULTILINE)
"""A message as nearly all are; the others, and what is wrong, are read line by line, which takes ten times as long."""
_ENDINGS = {Language.ZH: "_zh", Language.EN: "_en"}


def parse_po(text: str, name: str) -> Catalogue:
    """Read the messages of one .po file.

    Args:
        text: the file's content.
        name: its name, for the message of an error.

    Raises:
        ValueError: when a line is neither comment, msgid, msgstr nor a quoted continuation, or an id stands twice.
    """
    plain = _PLAIN.findall(text)
    messages: Catalogue = dict(plain)
    if len(messages) == len(plain):
        text = _PLAIN.sub("\n\n", text)
    else:
        messages = {}
    current: dict[str, str] = {}
    field = ""
    for number, line in enumerate([*text.splitlines(), 'msgid ""'], 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        keyword, _, rest = stripped.partition(" ")
        if keyword in ("msgid", "msgstr"):
            if keyword == "msgid":
                _keep(current, messages, f"{name}:{number}")
                current = {}
            field, quoted = keyword, rest
        elif stripped.startswith('"') and field:
            quoted = stripped
        else:
            message = f"{name}:{number}: not a line of a catalogue: {stripped[:60]}"
            raise ValueError(message)
        current[field] = current.get(field, "") + _unquoted(quoted)
    return messages


def _unquoted(quoted: str) -> str:
    """Give what stands between quotes; a compile for each line would cost a tenth of a second at every start."""
    if "\\" not in quoted and len(quoted) > 1 and quoted[0] == quoted[-1] == '"' and '"' not in quoted[1:-1]:
        return quoted[1:-1]
    return str(ast.literal_eval(quoted))


def _keep(current: dict[str, str], messages: Catalogue, place: str) -> None:
    """Take the message that has just ended into the catalogue (the header, with an empty id, is dropped)."""
    code = current.get("msgid", "")
    if not code:
        return
    if code in messages:
        message = f"{place}: {code} stands twice"
        raise ValueError(message)
    messages[code] = current.get("msgstr", "")


@cache
def load(language: Language) -> Catalogue:
    """Read all catalogues of a language once (about 1 ms for some hundred sentences)."""
    messages: Catalogue = {}
    for path in sorted(resource_path("locale", language.value).glob("*.po")):
        for code, words in parse_po(path.read_text(encoding="utf-8"), path.name).items():
            if code in messages:
                message = f"{path.name}: {code} stands in another catalogue too"
                raise ValueError(message)
            messages[code] = words
    return messages


def say(code: str, language: Language, **arguments: Argument) -> str:
    """Say a sentence; a code without words is shown as the code itself, so that nothing is ever blank.

    An argument `cause_code` holds a code whose sentence fills the gap `cause`; of `title_zh` and `title_en` the one in
    the language of the sentence fills the gap `title`.
    """
    words = load(language).get(code)
    if not words:
        shown = ", ".join(f"{name}={value}" for name, value in arguments.items())
        return f"{code}({shown})" if shown else code
    if not arguments:
        return words.replace("{{", "{").replace("}}", "}")
    filled: dict[str, Argument] = {}
    for name, value in arguments.items():
        filled[name] = value
        if name.endswith("_code"):
            plain = {one: gap for one, gap in arguments.items() if not one.endswith("_code")}
            filled[name[:-5]] = say(str(value), language, **plain)
        elif name.endswith(_ENDINGS[language]):
            filled[name[:-3]] = value
    return words.format_map(filled)


def say_reason(reason: Reason, language: Language) -> str:
    """Say a reason."""
    return say(reason.code, language, **reason.arguments)


def say_error(error: HmiError, language: Language) -> str:
    """Say an error: place first, then the sentence."""
    sentence = say_reason(error.reason, language)
    return f"{error.place}: {sentence}" if error.place else sentence
