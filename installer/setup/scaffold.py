"""`dev.py new-driver` and `new-symbol`: the first files of a new protocol or symbol family, in the right rooms.

Called by dev.py; standard library only. Templates lie beside this file, at the paths that they will have: `NAME` in
a path and `$name`, `$Name`, `$dashed` in a text become the name. What they make is small but whole: it runs, is typed
and has its tests; the author replaces what is peculiar to the protocol or the drawing.
"""

import keyword
import re
import string
import subprocess
from collections.abc import Callable
from pathlib import Path

from installer.setup.children import environment
from installer.setup.environment import ROOT, python
from installer.setup.says import Stop, say

TEMPLATES = Path(__file__).resolve().parent / "templates"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def new(kind: str, name: str, root: Path = ROOT) -> int:
    """Writes the files of a new driver or symbol.

    Args:
        kind: `driver` or `symbol`.
        name: lower case, words joined by underscores; becomes module and protocol or family.
        root: the checkout.

    Returns:
        0 when they were written.

    Raises:
        Stop: the name is no module name, or one of the files exists; nothing was written.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise Stop(2, f"{name!r} is no name for a {kind}: lower-case letters and digits, words joined by underscores")
    words = {
        "name": name,
        "Name": "".join(word.capitalize() for word in name.split("_")),
        "dashed": name.replace("_", "-"),
    }
    texts: dict[Path, str] = {}
    for template in sorted((TEMPLATES / kind).rglob("*.txt")):
        place = template.relative_to(TEMPLATES / kind).as_posix().replace("NAME", name).removesuffix(".txt")
        texts[root / place] = string.Template(template.read_text(encoding="utf-8")).substitute(words)
    taken = [path for path in texts if path.exists()]
    if taken:
        raise Stop(1, f"{taken[0].relative_to(root)} exists already; nothing was written")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    changed = [step(root, name) for step in _REGISTER[kind]]
    _tidy(root, [path for path in texts if path.suffix == ".py"])
    for path in [*texts, *changed]:
        say(f"{'wrote' if path in texts else 'changed'} {path.relative_to(root)}")
    return 0


def _tidy(root: Path, paths: list[Path]) -> None:
    """Sorts imports and breaks lines as the new name demands it."""
    for words in (("check", "--fix", "--quiet", "--select", "I"), ("format", "--quiet")):
        command = [str(python()), "-m", "ruff", *words, "--no-cache", *(str(path) for path in paths)]
        subprocess.run(command, cwd=root, env=environment(), check=True)


def _protocol(root: Path, name: str) -> Path:
    """Names a new protocol in the list of all."""
    path = root / "hmi" / "model" / "devices" / "__init__.py"
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(from hmi\.model\.devices import )(.+)", lambda found: found[1] + _with(found[2], name), text)
    text = re.sub(
        r"(for spec in \()(.+?)(\)\})", lambda found: found[1] + _with(found[2], f"{name}.SPEC") + found[3], text
    )
    if text.count(name) < 2:
        raise Stop(1, f"{path.relative_to(root)} looks unlike what was expected: add {name} to PROTOCOLS by hand")
    path.write_text(text, encoding="utf-8")
    return path


def _independence(root: Path, name: str) -> Path:
    """Puts a new driver under the contract that drivers do not know each other."""
    path = root / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    head, mark, tail = text.partition('id = "drivers"')
    changed = re.sub(
        r"(modules = \[)(.+?)(\])", lambda found: f'{found[1]}{found[2]}, "hmi.drivers.{name}"{found[3]}', tail, count=1
    )
    path.write_text(head + mark + changed, encoding="utf-8")
    return path


def _with(listed: str, name: str) -> str:
    return ", ".join(sorted({*(word.strip() for word in listed.split(",")), name}))


_REGISTER: dict[str, tuple[Callable[[Path, str], Path], ...]] = {"driver": (_protocol, _independence), "symbol": ()}
