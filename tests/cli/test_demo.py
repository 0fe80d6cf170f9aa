"""`hmi demo`: the example is copied, several demos run side by side, and nothing is left behind."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from hmi.cli.demo import copy_example, free_port
from hmi.cli.main import main
from hmi.model.device import Device

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "resources" / "examples" / "buffer-line"


def devices_of(folder):
    lines = (folder / "devices" / "devices.jsonl").read_text(encoding="utf-8").splitlines()[1:]
    return [msgspec.json.decode(line, type=Device) for line in lines]


def ports_of(folder):
    options = {device.name: msgspec.json.decode(device.options) for device in devices_of(folder)}
    return {name: one["port"] if "port" in one else urlsplit(one["endpoint"]).port for name, one in options.items()}


def test_that_the_copy_differs_in_its_ports_alone(tmp_path):
    copy_example(EXAMPLE, tmp_path / "copy")
    original, copied = devices_of(EXAMPLE), devices_of(tmp_path / "copy")
    assert [device.name for device in copied] == [device.name for device in original]
    for one, other in zip(original, copied, strict=True):
        assert msgspec.structs.replace(one, options=other.options) == other
    for path in sorted(EXAMPLE.rglob("*.jsonl")):
        if path.parent.name != "devices":
            assert (tmp_path / "copy" / path.relative_to(EXAMPLE)).read_bytes() == path.read_bytes()


def test_that_devices_that_share_a_port_go_on_sharing_it_and_others_do_not(tmp_path):
    copy_example(EXAMPLE, tmp_path / "copy")
    before, after = ports_of(EXAMPLE), ports_of(tmp_path / "copy")
    assert len(set(after.values())) == len(set(before.values()))
    assert not set(after.values()) & set(before.values())


def test_that_changes_in_a_copy_are_kept(tmp_path):
    copy_example(EXAMPLE, tmp_path / "copy")
    screens = tmp_path / "copy" / "screens"
    (screens / "mine.txt").write_text("mine")
    copy_example(EXAMPLE, tmp_path / "copy")
    assert (screens / "mine.txt").read_text() == "mine"


def test_that_a_free_port_is_free():
    taken = {free_port(set()) for _ in range(3)}
    port = free_port(taken)
    assert port not in taken
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))


def test_that_a_missing_example_is_said(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("HMI_LANG", "en")
    monkeypatch.setattr("hmi.cli.demo.resource_path", lambda *parts: tmp_path / "nowhere")
    assert main(["demo"]) == 3
    assert "example" in capsys.readouterr().err


@pytest.mark.timeout(60)
def test_that_two_demos_run_side_by_side_and_leave_nothing(tmp_path):
    folders = [tmp_path / "a", tmp_path / "b"]
    runs = []
    for folder in folders:
        folder.mkdir()
        environ = {**os.environ, "TMPDIR": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        command = [sys.executable, "-m", "hmi", "demo", "--headless", "--seconds", "3"]
        runs.append(subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True))
    said = [run.communicate(timeout=40)[0] for run in runs]
    for run, words, folder in zip(runs, said, folders, strict=True):
        assert run.returncode == 0
        assert words.count("127.0.0.1:") >= 4
        assert [path for path in folder.rglob("*") if path.is_file()] == []
