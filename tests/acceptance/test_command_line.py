"""Issue 3 at the command line, with real processes: apply, users, writing, alarms, audit trail, wrong passwords.

One PLC, one engine and one project for the whole file; each test leaves the line as it found it: set-point 0, no alarm,
the project of the beginning. What the story of the demo shows is not shown again here.
"""

import asyncio
import contextlib
import dataclasses
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from hmi.cli.engine_talk import ask, talk
from hmi.cli.main import main
from hmi.link.engine_messages import AskBadge, AskHello, AskSignIn, EngineMessage
from hmi.link.messages import ENGINE_SOCKET, Refused
from hmi.link.talk import reach
from hmi.model.alarm import Alarm, AlarmKind
from hmi.model.errors import HmiError
from hmi.model.ident import derived_id
from hmi.model.project import Project
from hmi.model.station import Station, station_of
from hmi.model.tag import DataType, Span, Tag, WriteRules
from hmi.model.text import Text
from hmi.project import write_project
from tests.acceptance.own_station import ROOT, Answer, OwnStation
from tests.benchmarks.made_project import project_of

BOSS, LI = "a long way 417", "another way 52"
TOO_HIGH = "Line/SP:high"
pytestmark = pytest.mark.timeout(60)
Row = dict[str, Any]


def tag(name: str, address: str, **fields: Any) -> Tag:
    return Tag(id=derived_id("cli", name), path=f"Line/{name}", device="PLC-1", address=address,
               type=DataType.INT16, **fields)  # fmt: skip


class Line(OwnStation):
    """The station of this file and what people do with it."""

    plc: int = 0

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        del self.environ["PYTHONPYCACHEPREFIX"]  # some fifty processes: they share what is compiled already

    def project_with(self, *more: Tag) -> Project:
        """The project of the beginning, and further tags."""
        told_elsewhere = WriteRules(read_back="Line/Fixed", deadline_ms=300)
        high = Alarm(id=derived_id("cli", "high"), path=TOO_HIGH, tag="Line/SP", kind=AlarmKind.HIGH, limit=50.0,
                     priority=2, title=Text(zh="太高", en="Too high"))  # fmt: skip
        tags = (
            tag("SP", "hr0", writable=True, write=Span(low=0, high=100)),
            tag("Held", "hr1", writable=True, rules=told_elsewhere),
            tag("Fixed", "hr2"),
            *more,
        )
        return dataclasses.replace(project_of(port=self.plc, tags=0, scan="fast", shown=0), tags=tags, alarms=(high,))

    def save(self, *more: Tag) -> None:
        write_project(self.project_with(*more), self.project)

    @property
    def station(self) -> Station:
        fields = json.loads((self.project / "project.json").read_text(encoding="utf-8"))
        return station_of(fields["name"], fields["id"], data=self.folder / "data", environ=self.environ)

    def run(self, *words: str, code: int = 0, password: str = BOSS, new: str = "") -> str:
        """Runs a verb on the project; gives what it printed, or with another code than 0 what it complained."""
        verbs = 1 if words[0] == "apply" else 2
        self.environ |= {"HMI_PASSWORD": password, "HMI_NEW_PASSWORD": new}
        done = self.hmi(*words[:verbs], self.project, *words[verbs:])
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done.stdout if "--json" in words or not code else done.stderr

    def seen(self, *words: str) -> Any:
        """Looks on, without a process of its own: at what is not the point at that moment."""
        out, verbs = io.StringIO(), 2
        with mock.patch.dict(os.environ, self.environ), contextlib.redirect_stdout(out):
            code = main([*words[:verbs], str(self.project), *words[verbs:], "--json"])
        assert code == 0, out.getvalue()
        return json.loads(out.getvalue())

    def read(self, *tags: str) -> list[Answer]:
        answers: list[Answer] = self.seen("tags", "read", *tags)
        return answers

    def rows(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", code=code))

    def write(self, path: str, value: float, *words: str, code: int = 0) -> Row:
        row: Row = self.rows("tags", "write", path, str(value), "--user", "boss", *words, code=code)
        return row

    def refused(self) -> list[Row]:
        """Gives the refusals of somebody's sign-in in the audit trail."""
        rows = self.seen("audit", "list", "--user", "li")
        return [row for row in rows if row["kind"] == "sign_in_refused"]

    def signs_in(self, user: str, password: str) -> bool:
        """Tells whether a write of 0 is allowed to somebody."""
        self.environ["HMI_PASSWORD"] = password
        return self.hmi("tags", "write", self.project, "Line/SP", "0", "--user", user).returncode == 0

    def until(self, look: Callable[[], Any], limit_s: float = 10.0) -> Any:
        begin = time.monotonic()
        while not (seen := look()):
            assert time.monotonic() - begin < limit_s
        return seen


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    line = Line(tmp_path_factory.mktemp("c"))
    server = [sys.executable, "-m", "tests.benchmarks.slow_plc", "10", "0", "0"]
    with subprocess.Popen(server, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as plc:
        assert plc.stdout is not None
        line.plc = int(plc.stdout.readline())
        line.save()
        try:
            with line.engine():
                line.read_when(["Line/SP", "Line/Fixed"], lambda answer: bool(answer["good"]))
                line.run("user", "add", "boss", "--title", "Boss", new=BOSS)
                line.run("user", "add", "li", "--user", "boss", "--title", "Li Na", new=LI)
                yield line
        finally:
            plc.communicate(timeout=10)


# ---------------------------------------------------------------------------------------------------- users


def test_that_the_first_user_is_the_administrator_and_the_next_an_operator_and_no_secret_is_listed(line):
    users = line.rows("user", "list")
    assert [(one["name"], one["role"], one["title"]) for one in users] == [
        ("boss", "administrator", "Boss"), ("li", "operator", "Li Na"),
    ]  # fmt: skip
    assert {"name", "title", "role", "enabled", "has_badge"} >= set(users[0])
    assert "boss\tadministrator" in line.run("user", "list")


def test_that_a_second_first_administrator_and_a_taken_name_are_refused(line):
    assert "already" in line.run("user", "add", "eve", new=BOSS, code=1)
    assert "LI" in line.run("user", "add", "LI", "--user", "boss", new=BOSS, code=1)
    assert line.run("user", "add", "eve", "--user", "li", password=LI, new=BOSS, code=1)
    assert [one["name"] for one in line.seen("user", "list")] == ["boss", "li"]


def test_that_a_changed_password_is_the_only_one_that_holds(line):
    line.run("user", "passwd", "li", password=LI, new="a third way 99")
    assert line.run("tags", "write", "Line/SP", "1", "--user", "li", password=LI, code=1)
    assert line.signs_in("li", "a third way 99")
    line.run("user", "passwd", "li", "--user", "boss", new=LI)
    assert line.signs_in("li", LI)


def test_that_a_badge_that_was_given_signs_in_with_its_pin_alone_and_only_while_the_user_is_enabled(line, tmp_path):
    def badge_signs_in(pin: str) -> str:
        try:
            welcome = talk(line.station, lambda asking: ask(asking, lambda n: AskBadge(number=n, badge=badge, pin=pin)))
        except HmiError:
            return ""
        return str(welcome.session.user.name)

    badge, written = "0004711", tmp_path / "badge"
    written.write_text(f"{badge}\n8524\n", encoding="utf-8")
    line.run("user", "change", "li", "--user", "boss", "--badge-file", str(written))
    assert badge_signs_in("8524") == "li"
    assert badge_signs_in("8525") == ""
    assert "administrator" in line.run("user", "change", "boss", "--user", "boss", "--disable", code=1)
    line.run("user", "change", "li", "--user", "boss", "--disable", "--title", "Li Nan")
    assert badge_signs_in("8524") == ""
    line.run("user", "change", "LI", "--user", "boss", "--enable")
    assert badge_signs_in("8524") == "li"
    (li,) = [one for one in line.seen("user", "list") if one["name"] == "li"]
    assert (li["title"], li["role"], li["enabled"], li["has_badge"]) == ("Li Nan", "operator", True, True)


def test_that_a_change_of_a_user_that_says_nothing_or_names_nobody_is_refused_in_words(line, tmp_path):
    assert "--badge-file" in line.run("user", "change", "li", "--user", "boss", code=2)
    assert "nobody" in line.run("user", "change", "nobody", "--user", "boss", "--title", "No One", code=1)
    assert line.run("user", "change", "li", "--user", "li", "--role", "administrator", password=LI, code=1)
    empty = tmp_path / "empty"
    empty.write_text("\n")
    assert "badge" in line.run("user", "change", "li", "--user", "boss", "--badge-file", str(empty), code=2)


# ---------------------------------------------------------------------------------------------------- writing


def test_that_a_write_ends_with_0_only_when_the_plc_has_the_value(line):
    done = line.write("Line/SP", 12, "--reason", "to see it")
    assert (done["tag"], done["state"], done["reason"], done["value"], done["old"]) == (
        "Line/SP", "confirmed", None, 12, 0,
    )  # fmt: skip
    line.read_when(["Line/SP"], lambda answer: answer["value"] == 12)
    refused = line.write("Line/SP", 101, code=1)
    assert (refused["state"], refused["value"]) == ("rejected", None)
    assert "100" in refused["reason"]
    differs = line.write("Line/Held", 5, code=1)
    assert (differs["state"], differs["value"]) == ("failed", 0)
    assert differs["reason"]
    assert line.write("Line/SP", 0)["state"] == "confirmed"
    (row,) = [one for one in line.seen("audit", "list", "--command", done["command"]) if one["state"] == "confirmed"]
    assert (row["user"], row["note"], row["old"], row["new"], row["read_back"]) == ("boss", "to see it", 0, 12, 12)


def test_that_what_is_no_write_at_all_is_wrong_usage_or_an_unknown_tag(line):
    line.run("tags", "write", "Line/SP", "much", "--user", "boss", code=2)
    line.run("tags", "write", "Line/SP", "1", code=2)
    assert "Line/Nothing" in line.run("tags", "write", "Line/Nothing", "1", "--user", "boss", code=1)


# ---------------------------------------------------------------------------------------------------- alarms


def test_that_an_alarm_is_read_by_anybody_and_acknowledged_once_by_name(line):
    assert line.seen("alarms", "list") == []
    line.write("Line/SP", 60)
    line.until(lambda: line.seen("alarms", "list"))
    (alarm,) = line.rows("alarms", "list")
    assert {"alarm", "tag", "state", "priority", "occurrence", "active_since", "message"} <= set(alarm)
    assert (alarm["alarm"], alarm["tag"], alarm["state"], alarm["priority"], alarm["message"]) == (
        TOO_HIGH, "Line/SP", "unacknowledged", 2, "Too high",
    )  # fmt: skip
    occurrence = alarm["occurrence"]
    line.run("alarms", "ack", occurrence, code=2)
    assert line.seen("alarms", "list")[0]["state"] == "unacknowledged"
    (done,) = line.rows("alarms", "ack", occurrence, "--user", "boss", "--reason", "seen")
    assert (done["occurrence"], done["done"]) == (occurrence, True)
    again, unknown = line.rows("alarms", "ack", occurrence, "no-such", "--user", "boss", code=1)
    assert not again["done"]
    assert "boss" in again["reason"]
    assert (unknown["occurrence"], unknown["done"]) == ("no-such", False)
    line.write("Line/SP", 0)
    line.until(lambda: not line.seen("alarms", "list"))
    journal = [row for row in line.rows("alarms", "journal") if row["occurrence"] == occurrence]
    assert [row["event"] for row in journal] == ["returned", "refused", "acknowledged", "occurred"]
    assert (journal[2]["user"], journal[2]["note"]) == ("boss", "seen")


# ---------------------------------------------------------------------------------------------------- apply


def test_that_a_look_changes_nothing_an_apply_all_and_a_step_back_undoes_it(line):
    line.save(tag("More", "hr3"))
    try:
        looked = line.rows("apply", "--user", "boss", "--look")
        assert (looked["looked_only"], looked["changes"]) == (True, 1)
        assert "Line/More" in "".join(looked["difference"])
        assert looked["devices_restarted"] == []
        assert line.read("Line/More")[0]["good"] is False
        done = line.rows("apply", "--user", "boss")
        assert (done["looked_only"], done["changes"], done["difference"]) == (False, 1, looked["difference"])
        assert done["restore_point"] == looked["restore_point"] != ""
        line.read_when(["Line/More", "Line/SP"], lambda answer: bool(answer["good"]))
        said = line.run("apply", "--user", "boss", "--back")
        assert "Line/More" in said
        line.until(lambda: not line.read("Line/More")[0]["good"])
    finally:
        line.save()
    line.read_when(["Line/SP"], lambda answer: bool(answer["good"]))
    applies = [row for row in line.seen("audit", "list") if row["kind"] == "apply"]
    assert len(applies) == 2
    assert {row["user"] for row in applies} == {"boss"}


def test_that_a_broken_project_and_an_operator_are_refused_while_the_old_one_runs_on(line):
    try:
        line.save(tag_of_no_device())
        assert "Line/Lost" in line.run("apply", "--user", "boss", code=1)
        line.save(tag("More", "hr3"))
        assert line.run("apply", "--user", "li", password=LI, code=1)
    finally:
        line.save()
    assert line.rows("apply", "--user", "boss", "--look")["changes"] == 0
    assert line.read("Line/SP")[0]["good"]


def tag_of_no_device() -> Tag:
    return Tag(id=derived_id("cli", "lost"), path="Line/Lost", device="PLC-9", address="hr0", type=DataType.INT16)


# ---------------------------------------------------------------------------------------------------- last


async def refusals_over_the_link(station: Station, tries: list[tuple[str, str]]) -> list[tuple[float, str]]:
    """Signs in wrongly again and again; gives how long each refusal took, seconds, and its code."""
    asking = await reach(station.runtime / ENGINE_SOCKET, EngineMessage, lambda _: None)
    found = []
    try:
        await asking.ask(lambda n: AskHello(number=n, pid=1, station="PC9", watches=False))
        for name, password in tries:
            begin = time.perf_counter()
            answer = await asking.ask(partial(_sign_in, name, password))
            assert isinstance(answer, Refused), (name, answer)
            found.append((time.perf_counter() - begin, answer.reason.code))
    finally:
        await asking.close()
    return found


def _sign_in(name: str, password: str, number: int) -> AskSignIn:
    return AskSignIn(number=number, name=name, password=password)


def test_that_wrong_passwords_are_refused_audited_and_slowed_down_and_names_cannot_be_found_out(line):
    before = len(line.refused())
    refusal = line.run("tags", "write", "Line/SP", "7", "--user", "li", password="wrong one 12", code=1)
    names = ["li", "nobody", "li", "nobody", "li"]
    tries = [*((name, "wrong one 12") for name in names), ("li", LI)]
    *wrong, (_, slowed) = asyncio.run(refusals_over_the_link(line.station, tries))
    known, unknown = (min(took for took, _ in wrong[begin:4:2]) for begin in (0, 1))
    assert {code for _, code in wrong} == {"sessions.refused"}
    assert slowed == "sessions.wait"
    assert 0.5 < unknown / known < 2.0
    line.until(lambda: len(line.refused()) == before + 5)  # the newest is told before its row is on disk
    refused = line.refused()
    assert [row["reason_code"] for row in refused[: len(refused) - before]] == [slowed, *4 * ["sessions.refused"]]
    assert refused[1]["reason"] in refusal
    line.until(lambda: line.signs_in("li", LI))
    assert line.read("Line/SP")[0]["value"] == 0


def test_that_the_audit_trail_of_all_this_is_whole(line):
    found = line.rows("audit", "verify")
    assert found["whole"]
    assert found["rows"] >= len(rows := line.rows("audit", "list")) > 10
    assert {"command", "apply", "sign_in"} <= {row["kind"] for row in rows}
    head = f"{found['rows']}:{found['hash']}"
    assert str(found["rows"]) in line.run("audit", "verify", "--head", head)
    assert line.run("audit", "verify", "--head", f"{found['rows']}:{'0' * len(found['hash'])}", code=1)
