"""What names and paths may look like. Called by reader, check, edits and imports; pure.

A path is made of parts, folders parted by `/` and members by `.`: `Line/Tank1.Level`, `灌装/1#罐.液位`. A part holds
letters of any script, digits, `_ - # + % & ( )` and blanks inside; never braces, quotes, `$` or control characters. So
every path can stand between braces in an expression, and in a file name after `file_stem`.
"""

import re
import unicodedata

LONGEST_PATH = 200
"""Characters of a path (the expression language reads no more)."""
LONGEST_NAME = 64
"""Characters of a device, scan class, member or parameter name."""
_PART = r"[\w#+%&()（）-](?:[\w#+%&()（） -]*[\w#+%&()（）-])?"
# Patterns, not compiled ones: most starts need few of them, and `re` keeps what it has compiled.
_PATH = rf"{_PART}(?:[/.]{_PART})*"
_NAME = _PART
_MEMBER = rf"{_PART}(?:\.{_PART})*"
_ALARM = rf"{_PART}(?:[/.]{_PART})*(?::{_PART})?"
_PROJECT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,47}")


def is_path(text: str) -> bool:
    """Tell whether a text may be the path of a tag, type, instance or screen."""
    return len(text) <= LONGEST_PATH and re.fullmatch(_PATH, text) is not None


def is_name(text: str) -> bool:
    """Tell whether a text may be the name of a device, a scan class or a parameter."""
    return len(text) <= LONGEST_NAME and re.fullmatch(_NAME, text) is not None


def is_member_name(text: str) -> bool:
    """Tell whether a text may be the name of a member of a type (`Level`, `Motor.Run`)."""
    return len(text) <= LONGEST_NAME and re.fullmatch(_MEMBER, text) is not None


def is_alarm_path(text: str) -> bool:
    """Tell whether a text may be the path of an alarm: a path, and a name after a colon (`TIC-1.PV:high`)."""
    return len(text) <= LONGEST_PATH and re.fullmatch(_ALARM, text) is not None


def is_project_name(text: str) -> bool:
    """Tell whether a text may be the short name of a project, which names folders and sockets."""
    return _PROJECT_NAME.fullmatch(text) is not None


def visible(text: str) -> str:
    """Write every character that cannot be seen (line ends, escapes, marks of direction) as its escape.

    What comes out of a file that is wrong is shown in one line and can neither move a terminal's cursor nor hide.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def file_stem(path: str) -> str:
    """Make the file name that belongs to a path: every character that is no letter, digit, `_` or `-` becomes `-`."""
    plain = re.sub(r"[^\w-]+", "-", unicodedata.normalize("NFC", path)).strip("-")
    return plain[:60].rstrip("-") or "screen"
