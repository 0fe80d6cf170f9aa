"""In which language the command line speaks, and how it says things. Used by every verb; set once by `main`.

Answers go to the standard output, everything else to the standard error.
"""

import codecs
import contextlib
import io
import sys
from collections.abc import Mapping, Sequence

from hmi.model.reason import Argument
from hmi.model.text import Language
from hmi.words import say

_chosen = [Language.EN]
"""The language of this process; one element, set by `use`."""
_ESCAPED = "hmi.escaped"
"""Name of our way to write what an output does not hold."""


def use(language: Language) -> None:
    """Speak this language from now on."""
    _chosen[0] = language


def language() -> Language:
    """Give the language of this process."""
    return _chosen[0]


def tell(code: str, **arguments: Argument) -> str:
    """Give a sentence of the catalogue in the language of this process."""
    return say(code, _chosen[0], **arguments)


def complain(sentence: str) -> None:
    """Write a sentence to the standard error; what is invisible in it is shown, so it stays one line."""
    from hmi.project.names import visible

    with contextlib.suppress(OSError):  # nobody is left to be told
        print(visible(sentence), file=sys.stderr, flush=True)


def take_any_output() -> None:
    """Let both outputs take every word: what their encoding does not hold is written as an escape of JSON."""
    codecs.register_error(_ESCAPED, _escape)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ESCAPED)


def _escape(error: UnicodeError) -> tuple[str, int]:
    r"""Write what cannot be encoded as `\uXXXX`, which is right in JSON too (`backslashreplace` is not)."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True)), error.end


def wished_language(arguments: Sequence[str], environ: Mapping[str, str]) -> Language:
    """Work out the language before anything is parsed, so that even a usage error is said in it.

    Args:
        arguments: the command line without the program's name; `--language` in it wins.
        environ: then `HMI_LANG`, then the locale (LC_ALL, LC_MESSAGES, LANG).
    """
    words = list(arguments)
    for place, word in enumerate(words):
        if word == "--language" and place + 1 < len(words):
            return language_of(words[place + 1]) or Language.EN
        if word.startswith("--language="):
            return language_of(word.partition("=")[2]) or Language.EN
    for name in ("HMI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return language_of(environ[name]) or Language.EN
    if sys.platform == "win32":
        import locale  # only where nothing says the language

        return language_of(locale.getlocale()[0] or "") or Language.EN
    return Language.EN


def language_of(name: str) -> Language | None:
    """Give the language of a name such as `zh`, `zh-CN`, `zh_CN.UTF-8`, `en`; None for one that is not spoken."""
    short = name.replace("_", "-").partition(".")[0].lower()
    if short in ("zh", "zh-cn", "zh-hans", "zh-hans-cn", "zh-sg") or short.startswith("chinese"):
        return Language.ZH
    if short == "en" or short.startswith(("en-", "english")):
        return Language.EN
    return None
