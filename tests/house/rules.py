"""The house rules that no linter knows, each with its reason; `dev.py check` runs it, standard library only.

A rule is a function from one file to findings. Exceptions stand here, each with its reason, and nowhere else.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

BANNED_NAMES = frozenset(
    {"utils", "util", "common", "shared", "misc", "helper", "helpers", "manager", "managers", "info", "data"}
)
LINES_ASK, LINES_SPLIT = 400, 600
LONG_FILES: dict[str, str] = {
    "hmi/drivers/opcua/wire.py": "the one file that knows asyncua; its calls belong behind one door",
    "hmi/engine/alarms/conditions.py": "one set of columns and everything that reads or writes them",
}
"""File -> why it may have more than 400 lines; tests may anyway. None may have more than 600."""
BROAD_EXCEPT_EDGES: dict[str, str] = {
    "hmi/cli/main.py": "process main: one sentence for the person, the traceback into the log",
    "hmi/engine/run.py": "process main of the engine",
    "hmi/engine/commands/desk.py": "task supervisor of a command: what may have been sent is said to its end",
    "hmi/engine/scan/tick.py": "a callback of the event loop: hands the fault to the task that ends the process",
    "hmi/engine/supervise/line.py": "task supervisor of a driver: whatever a protocol library raises, others go on",
    "hmi/link/reception.py": "task supervisor of a connection",
    "hmi/link/talk.py": "task supervisor of each ask of a connection",
    "hmi/engine/__main__.py": "process main of the engine",
    "hmi/engine/alarms/timer.py": "a callback of the event loop: hands the fault to the task that ends the process",
    "hmi/store/ledger.py": "edge of the writer's thread: a record that no table takes harms no other",
    "hmi/store/writer.py": "task supervisor of the writer's thread: its end is told, whatever it died of",
    "hmi/display/binding.py": "slot boundary: one expression of a screen fails in the frame, all others are shown",
    "hmi/display/layout.py": "pack loader: a drawing that fails is named and left out",
    "hmi/display/painted.py": "slot boundary: the painter of a pack is called from Qt's paint event",
}
"""File -> which of the four edges it is: task supervisor, slot boundary, pack loader, process main."""
TEXT_SUFFIXES = frozenset(
    {"", ".py", ".md", ".toml", ".json", ".jsonl", ".txt", ".in", ".lock", ".cfg", ".csv", ".svg", ".po", ".sh", ".yml"}
)
# Put together here, so that the rule does not find itself.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("registry", "yarnpkg", "com"),
        ("crates", "io"),
        ("proxy", "golang", "org"),
        ("maven", "org"),
    )
)
MACHINE_PATHS = ("/" + "work/", "/" + "root/")
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
ANYWHERE = re.compile(r"(?<![\d.])" + r"\.".join("0000") + r"(?![\d.])")
EMPTY_WORDS = ("works", "correctly", "as_expected")
ASSERTIONS = re.compile(
    r"(assert|expect|check|verify|fnmatch_lines|waitSignal|waitUntil|wait_until|raises|warns|fail)", re.IGNORECASE
)


@dataclass(frozen=True)
class File:
    """One file of the repository."""

    path: str
    """From the root, with forward slashes."""
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree of a Python file; empty for one that does not parse (ruff reports that)."""
        try:
            return ast.parse(self.text)
        except SyntaxError:
            return ast.Module(body=[], type_ignores=[])

    @property
    def is_python(self) -> bool:
        """Whether it is Python."""
        return self.path.endswith(".py")

    @property
    def is_source(self) -> bool:
        """Whether it is Python that ships."""
        return self.is_python and self.path.startswith(("hmi/", "plugins/"))

    @property
    def is_test(self) -> bool:
        """Whether pytest collects it."""
        return self.is_python and self.path.startswith("tests/") and Path(self.path).name.startswith("test_")


@dataclass(frozen=True)
class Finding:
    """One place that breaks a rule."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


Rule = Callable[[File], Iterator[Finding]]


def names_that_say_nothing(file: File) -> Iterator[Finding]:
    """Files and packages."""
    if not file.is_python:
        return
    for part in Path(file.path).with_suffix("").parts:
        if part in BANNED_NAMES:
            why = "a name that fits everything collects everything; name the thing it holds, in words of the plant"
            yield Finding(file.path, 1, f"{part!r} says nothing: {why}")


def size(file: File) -> Iterator[Finding]:
    """Lines a module."""
    lines = file.text.count("\n")
    if not file.is_python:
        return
    if lines > LINES_SPLIT:
        yield Finding(
            file.path, 1, f"{lines} lines, more than {LINES_SPLIT}: there is more than one room in it; split it"
        )
    elif lines > LINES_ASK and file.path not in LONG_FILES and not file.path.startswith("tests/"):
        why = "a reader holds 250 lines in mind; split it, or give the reason in LONG_FILES of tests/house/rules.py"
        yield Finding(file.path, 1, f"{lines} lines, more than {LINES_ASK}: {why}")


def broad_except(file: File) -> Iterator[Finding]:
    """`except Exception` hides the fault of a programmer as if it were the fault of a device."""
    if not file.is_source:
        return
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.ExceptHandler) or not _is_broad(node.type):
            continue
        ends_in_raise = bool(node.body) and isinstance(node.body[-1], ast.Raise)
        if ends_in_raise or (file.path in BROAD_EXCEPT_EDGES and _logs(node)):
            continue
        why = "only the four edges (task supervisor, slot boundary, pack loader, process main) catch all, and log it"
        yield Finding(
            file.path, node.lineno, f"broad except: {why}; list the edge in tests/house/rules.py or name the error"
        )


def _is_broad(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(isinstance(one, ast.Name) and one.id in ("Exception", "BaseException") for one in kinds)


def _logs(node: ast.AST) -> bool:
    """Whether a handler says what it caught, or hands it on to somebody who does."""
    verbs = ("exception", "critical", "error", "warning", "keep_fault", "set_exception")
    calls = [inner.func for inner in ast.walk(node) if isinstance(inner, ast.Call)]
    return any((call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "")) in verbs for call in calls)


def asserts_in_source(file: File) -> Iterator[Finding]:
    """They vanish under python -O."""
    if not file.is_source:
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Assert):
            yield Finding(
                file.path, node.lineno, "assert in source: it vanishes under -O; raise an error of hmi.model.errors"
            )


def places_of_this_machine(file: File) -> Iterator[Finding]:
    """Host names of registries, absolute paths."""
    for number, line in enumerate(file.text.splitlines(), 1):
        for host in REGISTRIES:
            if host in line:
                yield Finding(
                    file.path,
                    number,
                    "host name of a package registry: plants install from their own mirror; name the package only",
                )
        for path in MACHINE_PATHS:
            if path in line:
                yield Finding(
                    file.path,
                    number,
                    f"path of one machine ({path}...): it exists nowhere else; derive it from __file__ or ask for it",
                )


def unfinished_marks(file: File) -> Iterator[Finding]:
    """Marks without an owner."""
    if not file.is_python:
        return
    for number, line in enumerate(file.text.splitlines(), 1):
        if UNFINISHED.search(line):
            yield Finding(
                file.path,
                number,
                "mark of unfinished work: nobody owns it; do it, or open an issue and name its number in words",
            )


def listening_to_the_world(file: File) -> Iterator[Finding]:
    """No open port unless an engineer opens one."""
    if not file.is_source:
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ANYWHERE.fullmatch(node.value.strip()):
            yield Finding(
                file.path,
                node.lineno,
                "listens on every address: a plant PC opens no port by itself (DESIGN.md section 1); use 127.0.0.1",
            )


def habits_of_qt(file: File) -> Iterator[Finding]:
    """processEvents, lambdas that hold a widget."""
    if not file.is_source:
        return
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == "processEvents":
            yield Finding(
                file.path,
                node.lineno,
                "processEvents runs slots in the middle of a function; split the work over the frame clock or a worker",
            )
        if node.func.attr == "connect" and any(_captures_self(argument) for argument in node.args):
            yield Finding(
                file.path,
                node.lineno,
                "a lambda that holds self in connect() keeps the widget alive for ever; connect a method",
            )


def _captures_self(argument: ast.expr) -> bool:
    if not isinstance(argument, ast.Lambda):
        return False
    return any(isinstance(node, ast.Name) and node.id == "self" for node in ast.walk(argument))


def tests_that_say_and_show(file: File) -> Iterator[Finding]:
    """Names are sentences, every test can fail."""
    if not file.is_test:
        return
    steps = _steps_that_assert() & _names_of_tests(file.tree)
    for node in _functions(file.tree):
        if not node.name.startswith("test"):
            continue
        empty = [word for word in EMPTY_WORDS if word in node.name]
        if empty:
            why = "name the behaviour, the names are the specification"
            yield Finding(file.path, node.lineno, f"{node.name}: {empty[0]!r} says nothing; {why}")
        if not _asserts(node, steps, _steps_that_assert()):
            yield Finding(file.path, node.lineno, f"{node.name} asserts nothing: a check that cannot fail is a defect")


def _functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _names_of_tests(tree: ast.Module) -> frozenset[str]:
    """Names that a file has from tests/: its own functions and what it imports; those of other files are not."""
    own = {node.name for node in _functions(tree)}
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    ours = [node for node in imports if (node.module or "").startswith("tests")]
    return frozenset(own | {name.asname or name.name for node in ours for name in node.names})


def _asserts(
    function: ast.FunctionDef | ast.AsyncFunctionDef, steps: frozenset[str], of_fixtures: frozenset[str]
) -> bool:
    """Whether a function can fail a test: by assert, by what pytest and its like offer, or by a shared step.

    Args:
        function: to look at.
        steps: names that its file knows of functions which can fail a test.
        of_fixtures: the same for what is called at one of its arguments, which may come from any file.
    """
    given = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Raise) and "AssertionError" in ast.dump(node)):
            return True
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and (called.id in steps or ASSERTIONS.search(called.id)):
            return True
        if isinstance(called, ast.Attribute):
            of_a_fixture = isinstance(called.value, ast.Name) and called.value.id in given
            if ASSERTIONS.search(called.attr) or (of_a_fixture and called.attr in of_fixtures):
                return True
    return False


@cache
def _steps_that_assert() -> frozenset[str]:
    """Names of the functions below tests/ that tests share and that can fail a test, also through one another."""
    trees = [File(path.name, path.read_text(encoding="utf-8")).tree for path in (ROOT / "tests").rglob("*.py")]
    functions = [
        (node, names)
        for tree in trees
        for names in (_names_of_tests(tree),)
        for node in _functions(tree)
        if not node.name.startswith("test")
    ]
    steps: frozenset[str] = frozenset()
    while True:
        found = frozenset(
            node.name for node, names in functions if node.name in steps or _asserts(node, steps & names, steps)
        )
        if found == steps:
            return steps
        steps = found


RULES: tuple[Rule, ...] = (
    names_that_say_nothing,
    size,
    broad_except,
    asserts_in_source,
    places_of_this_machine,
    unfinished_marks,
    listening_to_the_world,
    habits_of_qt,
    tests_that_say_and_show,
)


def files(root: Path = ROOT) -> Iterator[File]:
    """Every text file that git knows or would add; without git, every one outside of hidden folders."""
    for path in sorted(_known_to_git(root) or _outside_hidden_folders(root)):
        if path.suffix in TEXT_SUFFIXES and (root / path).is_file():
            try:
                yield File(path.as_posix(), (root / path).read_text(encoding="utf-8"))
            except UnicodeDecodeError:
                continue


def _known_to_git(root: Path) -> set[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        return set()
    return {Path(name) for name in listed.stdout.decode().split("\0") if name}


def _outside_hidden_folders(root: Path) -> set[Path]:
    paths = {path.relative_to(root) for path in root.rglob("*")}
    return {path for path in paths if not any(part.startswith(".") for part in path.parts[:-1])}


def findings(root: Path = ROOT) -> list[Finding]:
    """Looks at every file with every rule."""
    return [finding for file in files(root) for rule in RULES for finding in rule(file)]


if __name__ == "__main__":
    found = findings()
    print("\n".join(str(finding) for finding in found))
    sys.exit(1 if found else 0)
