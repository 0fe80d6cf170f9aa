"""The door of the command line: exit codes, languages, one sentence for each fault, nothing loaded in vain."""

import json
import logging
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hmi.cli import main as door
from hmi.cli import parser, speech
from hmi.cli.main import build_parser, main
from hmi.model.errors import EnvironmentFault, ProjectError, UsageError
from hmi.model.text import Language
from hmi.words.catalogue import load

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "resources" / "examples" / "buffer-line"


@pytest.fixture(autouse=True)
def _english(monkeypatch, tmp_path):
    monkeypatch.setenv("HMI_LANG", "en")
    monkeypatch.setenv("HMI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def test_that_no_verb_is_wrong_usage(capsys):
    assert main([]) == 2
    assert "VERB" in capsys.readouterr().err


def test_that_an_unknown_verb_is_wrong_usage(capsys):
    assert main(["fly"]) == 2
    assert "'fly' is not one of" in capsys.readouterr().err


@pytest.mark.parametrize("verb", door.VERBS)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_that_every_verb_has_a_help_in_both_languages(verb, language, capsys):
    assert main([verb, "--help", "--language", language]) == 0
    shown = capsys.readouterr().out
    assert "--data" in shown
    assert "cli." not in shown


@pytest.mark.parametrize("verb", door.VERBS)
def test_that_every_verb_takes_data_and_language(verb):
    found = door.build_parser([verb])
    entry = found._subparsers._group_actions[0].choices[verb]
    assert {"--data", "--language"} <= set(entry._option_string_actions)


@pytest.mark.parametrize(
    ("given", "environ", "expected"),
    [
        (["demo", "--language", "zh"], {}, Language.ZH),
        (["demo", "--language=en"], {"HMI_LANG": "zh-CN"}, Language.EN),
        (["demo"], {"HMI_LANG": "zh_CN.UTF-8"}, Language.ZH),
        (["demo"], {"LANG": "zh_CN.UTF-8"}, Language.ZH),
        (["demo"], {"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, Language.EN),
        (["demo"], {}, Language.EN),
        (["demo", "--language"], {}, Language.EN),
    ],
)
def test_that_the_language_is_known_before_anything_is_parsed(given, environ, expected):
    assert speech.wished_language(given, environ) is expected


def test_that_argparse_speaks_chinese(capsys):
    assert main(["tags", "read", "--language", "zh-CN"]) == 2
    assert "缺少" in capsys.readouterr().err


def test_that_all_words_of_argparse_are_in_both_languages():
    for language in Language:
        assert set(parser._ARGPARSE_WORDS.values()) <= set(load(language))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ProjectError("cli.tag_unknown", place="Line/X"), 1),
        (UsageError("cli.no_such_folder", place="x"), 2),
        (EnvironmentFault("cli.data_not_writable", place="x", error="full"), 3),
    ],
)
def test_that_an_expected_fault_is_one_sentence_and_a_code(error, code, monkeypatch, capsys):
    def fail(args):
        raise error

    monkeypatch.setattr("hmi.cli.tags.run", fail)
    assert main(["tags", "list", str(EXAMPLE)]) == code
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert error.place in said
    assert "Traceback" not in said


def test_that_a_fault_of_our_own_is_one_sentence_and_stands_in_the_log(tmp_path):
    code = "import hmi.cli.tags as t, sys\nt.run = lambda args: 1 / 0\nfrom hmi.cli.main import main\nsys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "tags", "list", "x", "--data", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 70
    assert "Traceback" not in done.stderr
    assert "ZeroDivisionError" in done.stderr
    log = tmp_path / "logs" / "hmi.log"
    assert str(log) in done.stderr
    assert "Traceback" in log.read_text()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["tags", "list", "/nowhere"], 2),
        (["tags", "read", "/nowhere", "Line/X"], 2),
        (["run", "/nowhere"], 2),
        (["engine", "/nowhere"], 2),
        (["simulate", "/nowhere"], 2),
        (["window", "/nowhere"], 2),
        (["render", "/nowhere", "Overview", "-o", "x.png"], 2),
        (["demo", "--size", "big"], 2),
        (["demo", "--size", "1x1"], 2),
        (["demo", "--seconds", "-1"], 2),
        (["demo", "--theme", "pink"], 2),
        (["render", str(EXAMPLE), "Overview", "-o", "x.png", "--theme", "../day"], 2),
        (["demo", "--seconds", "nan"], 2),
        (["demo", "--language", "klingon"], 2),
        (["demo", "--screen", "Nowhere"], 1),
        (["demo", "--data", ""], 2),
        (["demo", "--data", str(EXAMPLE / "project.json")], 3),
        (["check", "x" * 5000], 2),
        (["tags", "list", "x" * 5000], 2),
        (["check", ""], 2),
        (["simulate", str(EXAMPLE), "--seed", "x"], 2),
        (["simulate", str(EXAMPLE), "--seed", "9" * 5000], 2),
        (["simulate", str(EXAMPLE), "--seed", "-1"], 2),
        (["render", str(EXAMPLE), "Overview", "-o", ""], 2),
        (["render", str(EXAMPLE), "Overview", "-o", str(ROOT)], 3),
        (["window", str(EXAMPLE), "--screen", "Nowhere"], 1),
        (["simulate", str(EXAMPLE), "--fault", "PLC-1"], 2),
        (["simulate", str(EXAMPLE), "--fault", "PLC-1=fire"], 2),
        (["render", str(EXAMPLE), "Nowhere", "-o", "x.png"], 1),
        (["render", str(EXAMPLE), "Overview", "-o", "/nowhere/x.png"], 3),
        (["tags", "read", str(EXAMPLE), "Line/Nothing"], 1),
    ],
    ids=lambda value: " ".join(value)[-40:] if isinstance(value, list) else str(value),
)
def test_that_bad_input_ends_in_one_clear_sentence(given, code, capsys):
    assert main(given) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert "cli." not in said.err
    assert said.err.strip()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_that_a_wrong_seed_is_no_riddle(language, capsys):
    assert main(["simulate", str(EXAMPLE), "--seed", "9" * 5000, "--language", language]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert "4294967295" in said
    assert "int" not in said
    assert len(said) < 200


@pytest.mark.parametrize(
    ("given", "usage"),
    [
        (["check", str(EXAMPLE), "--bogus"], "usage: hmi check"),
        (["tags", "list", str(EXAMPLE), "--bogus"], "usage: hmi tags list"),
        (["tags", "--bogus", "list", str(EXAMPLE)], "usage: hmi tags "),
        (["--bogus", "check", str(EXAMPLE)], "usage: hmi "),
    ],
)
def test_that_an_unknown_option_shows_the_usage_of_its_own_verb(given, usage, capsys):
    assert main(given) == 2
    said = capsys.readouterr().err
    assert said.startswith(usage)
    assert said.splitlines()[-1] == "not known here: --bogus"


def test_that_a_folder_is_no_picture_file(tmp_path, capsys):
    assert main(["render", str(EXAMPLE), "Overview", "-o", str(tmp_path)]) == 3
    assert f"{tmp_path}: this is a folder" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
@pytest.mark.parametrize(
    "given", [["window", str(EXAMPLE)], ["run", str(EXAMPLE)], ["demo"]], ids=lambda words: words[0]
)
def test_that_a_window_without_a_display_is_one_sentence_and_no_endless_try(given):
    hidden = dict.fromkeys(("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"), "")
    code, said = writing_to(subprocess.DEVNULL, *given, **hidden)
    assert (code, said.count("\n")) == (3, 1)
    assert "--headless" in said


@pytest.mark.parametrize(("code", "lines"), [(0, 0), (1, 1), (3, 1)])
def test_that_an_engine_that_fails_does_not_vanish_without_a_word(code, lines, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("hmi.cli.logs.log_to", lambda folder, process: tmp_path / f"{process}.log")
    monkeypatch.setattr("hmi.engine.serve", lambda folder, station, demo: code)
    assert main(["engine", str(EXAMPLE)]) == code
    said = capsys.readouterr().err
    assert said.count("\n") == lines
    assert (str(tmp_path / "engine.log") in said) is bool(code)


def test_that_a_loop_of_links_as_data_folder_is_the_fault_of_the_environment(tmp_path, capsys):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert main(["engine", str(EXAMPLE), "--data", str(loop)]) == 3
    assert str(loop) in capsys.readouterr().err


def test_that_a_fault_whose_log_cannot_be_written_is_still_one_sentence(monkeypatch, capsys):
    def fail(*given, **named):
        raise RuntimeError("no home")

    monkeypatch.setattr("hmi.cli.tags.run", fail)
    monkeypatch.setattr("hmi.cli.logs.station_of", fail)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    assert main(["tags", "list", str(EXAMPLE)]) == 70
    assert capsys.readouterr().err.count("\n") == 1


def test_that_an_account_without_a_home_is_told_to_name_a_folder(monkeypatch, capsys):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    for name in ("HMI_DATA_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert main(["tags", "read", str(EXAMPLE), "Batch/Number"]) == 3
    assert "--data" in capsys.readouterr().err


def test_that_a_broken_project_is_not_simulated_by_half(tmp_path, capsys):
    copy = tmp_path / "line"
    shutil.copytree(EXAMPLE, copy)
    with next((copy / "tags").glob("*.jsonl")).open("a", encoding="utf-8") as file:
        file.write("{broken\n")
    assert main(["simulate", str(copy)]) == 1
    assert re.search(r"\.jsonl:\d+: ", capsys.readouterr().err)
    assert main(["tags", "list", str(copy)]) == 0


def test_that_an_empty_folder_is_no_project(tmp_path, capsys):
    assert main(["tags", "list", str(tmp_path)]) == 1
    assert "project.json" in capsys.readouterr().err


def writing_to(output, *given, **environ):
    """Run the program with a file descriptor as its output; gives exit code and what it complains of."""
    done = subprocess.run(
        [sys.executable, "-m", "hmi", *given],
        cwd=ROOT, stdout=output, stderr=subprocess.PIPE, text=True, check=False, env={**os.environ, **environ},
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "given",
    [["tags", "list", str(EXAMPLE)], ["tags", "list", str(EXAMPLE), "Batch/Number"], ["--help"], ["--version"]],
    ids=["more than a buffer", "one line", "help", "version"],
)
def test_that_a_reader_who_goes_away_is_no_fault(given):
    reader, output = os.pipe()
    os.close(reader)
    try:
        assert writing_to(output, *given) == (0, "")
    finally:
        os.close(output)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize("given", [["tags", "list", str(EXAMPLE)], ["check", str(EXAMPLE)], ["--help"]])
def test_that_a_full_disk_is_the_fault_of_the_environment(given):
    with open("/dev/full", "wb") as full:
        code, said = writing_to(full, *given)
    assert code == 3
    assert said.count("\n") == 1
    assert "the system does not take what is written" in said


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_that_an_output_of_another_encoding_gets_escapes_that_json_knows(encoding):
    done = subprocess.run(
        [sys.executable, "-m", "hmi", "tags", "list", str(EXAMPLE), "--json", "--language", "zh-CN"],
        cwd=ROOT, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": encoding},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    rows = {row["tag"]: row for row in json.loads(done.stdout.decode(encoding))}
    assert rows["System/Engine.TickMs"]["title"] == "周期用时"
    assert "°C" in {row["unit"] for row in rows.values()}


def test_that_an_escape_holds_a_character_beyond_the_first_plane_and_half_of_one():
    speech.take_any_output()
    assert json.loads('"😀"'.encode("ascii", speech._ESCAPED)) == "😀"
    assert "a\udc80".encode("utf-8", speech._ESCAPED) == b"a\\udc80"


@pytest.mark.parametrize(
    "given",
    [
        ["--version"],
        ["tags", "list", str(EXAMPLE)],
        ["tags", "read", str(EXAMPLE), "System/Engine.TickMs"],
        ["check", str(EXAMPLE)],
    ],
    ids=["version", "list", "read", "check"],
)
def test_that_headless_verbs_load_no_qt(given, tmp_path):
    code = (
        "import sys\nfrom hmi.cli.main import main\ncode = main(sys.argv[1:])\n"
        "qt = ('PySide6', 'shiboken6', 'qasync', 'pyqtgraph')\n"
        "print([m for m in sys.modules if m.partition('.')[0] in qt], file=sys.stderr)"
    )
    environ = {**os.environ, "HMI_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code, *given], cwd=ROOT, capture_output=True, text=True, check=False, env=environ
    )
    assert done.stderr.strip().splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "given",
    [
        ["tags", "list", str(EXAMPLE), "T-101", "--language", "zh-CN"],
        ["tags", "--language", "zh-CN", "list", str(EXAMPLE), "T-101"],
        ["--language", "zh-CN", "tags", "list", str(EXAMPLE), "T-101"],
        ["--language=zh-CN", "tags", "list", str(EXAMPLE), "T-101"],
    ],
)
def test_that_an_option_of_every_verb_holds_wherever_it_stands(given, capsys):
    assert main(given) == 0
    assert "液位" in capsys.readouterr().out


def test_that_a_data_folder_given_before_the_verb_of_a_verb_is_kept():
    given = ["tags", "--data", "here", "read", "plant", "Line/Level"]
    assert str(build_parser(given).parse_args(given).data) == "here"
