"""The copies that the engine runs from: taken whole or not at all, kept apart from the folder in which people work."""

import os
import shutil
from pathlib import Path

import pytest

from hmi.engine.deployment import Copies
from hmi.engine.deployment.copies import KEPT
from hmi.model.errors import EnvironmentFault
from hmi.resources import resource_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    shutil.copytree(resource_path("examples", "buffer-line"), project)
    return project


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    (tmp_path / "data").mkdir()
    return Copies(tmp_path / "data")


def test_that_a_station_without_an_apply_has_no_copy(copies):
    assert copies.current() is None


def test_that_what_is_saved_after_the_copy_does_not_reach_it(copies, folder):
    copy = copies.take(folder)
    copies.use(copy)
    assert copies.same(copy, folder)
    with (folder / "tags" / "tags.jsonl").open("a") as tags:
        tags.write("rubbish\n")
    assert copies.current() == copy
    assert not copies.same(copy, folder)
    assert "rubbish" not in (copy.folder / "tags" / "tags.jsonl").read_text("utf-8")


def test_that_a_copy_is_not_used_before_it_is_said(copies, folder):
    first = copies.take(folder)
    copies.use(first)
    copies.take(folder)
    assert copies.current() == first


def test_that_only_the_files_of_a_project_are_copied_and_no_link_is_followed(copies, folder, tmp_path):
    secret = tmp_path / "secret.jsonl"
    secret.write_text("secret")
    (folder / "notes.txt").write_text("mine")
    (folder / ".git").mkdir()
    (folder / "tags" / "link.jsonl").symlink_to(secret)
    copy = copies.take(folder)
    assert not (copy.folder / "notes.txt").exists()
    assert not (copy.folder / ".git").exists()
    assert not (copy.folder / "tags" / "link.jsonl").exists()


def test_that_one_step_back_is_the_copy_that_was_applied_before(copies, folder):
    first, second = copies.take(folder), copies.take(folder)
    assert copies.before(second) == first
    assert copies.before(first) is None


def test_that_the_newest_ten_are_kept_and_always_the_one_that_runs(copies, folder):
    first = copies.take(folder)
    copies.use(first)
    for _ in range(KEPT + 3):
        copies.take(folder)
    copies.use(first)
    assert copies.current() == first
    assert len([one for one in copies.folder.iterdir() if one.is_dir()]) == KEPT + 1


def test_that_a_copy_that_cannot_be_made_leaves_nothing_behind(copies, tmp_path):
    blocked = tmp_path / "data" / "applied"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(EnvironmentFault, match="copy_failed"):
        copies.take(tmp_path)
    assert blocked.read_text() == "a file where the folder should be"


def test_that_rubbish_in_the_pointer_is_no_copy(copies, folder):
    copies.use(copies.take(folder))
    for rubbish in (b"", b"\xff\xfe", b"../../etc", b"999999"):
        (copies.folder / "current").write_bytes(rubbish)
        assert copies.current() is None


@pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX")
def test_that_a_copy_is_read_only(copies, folder):
    copy = copies.take(folder)
    assert (copy.folder / "project.json").stat().st_mode & 0o777 == 0o400
