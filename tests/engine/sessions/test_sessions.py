"""Signing in, rights, users: what is let in, what is refused and how, what survives."""

import asyncio
import statistics
import time

import msgspec
import pytest

from hmi.engine.sessions import Session, SessionRefused, Sessions
from hmi.engine.sessions.hashing import Hasher, token_digest
from hmi.model.errors import HmiError
from hmi.model.event import AuditKind, AuditRow
from hmi.model.user import ADMINISTRATOR, DEFAULT_ROLES, ENGINEER, OPERATOR, Right, SignedIn, UserEntry
from hmi.store.contract import Record, SessionRecord, Standing, StationValue, StoreState, UserRecord

ROLES = {role.name: role for role in DEFAULT_ROLES}
PASSWORD = "correct horse"


class HandClock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_ns = 1_700_000_000_000_000_000

    def wall_ns(self) -> int:
        return self.now_ns

    def monotonic_ns(self) -> int:
        return self.now_ns

    def pass_s(self, seconds: float) -> None:
        self.now_ns += int(seconds * 1e9)


class Memory:
    """A keeper over lists; with `stuck` nothing becomes durable."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.stuck = False
        self.state = StoreState()

    def keep(self, *records: Record) -> "asyncio.Future[None]":
        self.records += records
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not self.stuck:
            future.set_result(None)
        return future

    def standing(self) -> Standing:
        users = {one.entry.name: one for one in self.records if isinstance(one, UserRecord)}
        sessions = {one.digest: one for one in self.records if isinstance(one, SessionRecord)}
        values = {one.key: one.value for one in self.records if isinstance(one, StationValue)}
        live = tuple(one for one in sessions.values() if not one.ended)
        return Standing(users=tuple(users.values()), sessions=live, station=values)

    def audit(self, kind: AuditKind) -> list[AuditRow]:
        return [one for one in self.records if isinstance(one, AuditRow) and one.kind is kind]


class Room:
    """The sessions of a station."""

    def __init__(self) -> None:
        self.clock, self.memory = HandClock(), Memory()
        self.hasher = Hasher(memory_kib=64, passes=1)  # cheap: what a hash costs is tested by itself
        self.sessions = Sessions(self.memory, Standing(), ROLES, self.clock, self.hasher)

    def again(self) -> None:
        """As after a restart of the engine."""
        self.sessions = Sessions(self.memory, self.memory.standing(), ROLES, self.clock, self.hasher)

    async def boss(self) -> Session:
        return self.of(await self.sessions.first_administrator("boss", PASSWORD, "PC1"))

    async def person(self, name: str, role: str = OPERATOR) -> None:
        by = await self.boss() if self.sessions.needs_administrator else self.of(await self.enter("boss"))
        await self.sessions.add_user(by, UserEntry(name=name, role=role), password=PASSWORD, station="PC1")

    async def enter(self, name: str) -> SignedIn:
        return await self.sessions.sign_in(name, PASSWORD, "PC1")

    def of(self, signed: SignedIn) -> Session:
        session = self.sessions.session(signed.token)
        assert session is not None
        return session


@pytest.fixture
def room() -> Room:
    return Room()


async def refusal(work: object) -> str:
    with pytest.raises(SessionRefused) as caught:
        await work  # type: ignore[misc]
    return caught.value.reason.code


async def test_that_a_station_has_no_user_and_no_password_until_the_first_administrator_is_made(room: Room) -> None:
    assert room.sessions.needs_administrator
    assert await refusal(room.sessions.sign_in("admin", "admin", "PC1")) == "sessions.refused"
    boss = await room.boss()
    assert boss.may(Right.USERS)
    assert not room.sessions.needs_administrator
    assert await refusal(room.sessions.first_administrator("x", PASSWORD, "PC1")) == "sessions.not_first"


async def test_that_two_first_administrators_at_once_make_one(room: Room) -> None:
    asked = [room.sessions.first_administrator(name, PASSWORD, "PC1") for name in ("one", "two")]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(isinstance(one, SignedIn) for one in done) == [False, True]
    assert len(room.sessions.users()) == 1


async def test_that_nobody_becomes_first_administrator_while_the_store_cannot_be_read() -> None:
    memory = Memory()
    sessions = Sessions(memory, Standing(known=False), ROLES, HandClock())
    assert not sessions.needs_administrator
    assert await refusal(sessions.first_administrator("x", PASSWORD, "PC1")) == "sessions.users_unknown"
    with pytest.raises(SessionRefused, match="users_unknown"):
        sessions.resume("a token that may well be good")
    sessions.learn(Standing())
    assert sessions.needs_administrator
    with pytest.raises(SessionRefused, match="session_over"):
        sessions.resume("a token that may well be good")


async def test_that_roles_give_the_rights_of_the_project_and_a_role_it_does_not_have_gives_none(room: Room) -> None:
    await room.person("ann", ENGINEER)
    ann = room.of(await room.enter("ann"))
    assert ann.may(Right.APPLY)
    assert not ann.may(Right.USERS)
    room.sessions.use_roles({ADMINISTRATOR: ROLES[ADMINISTRATOR]})
    assert not ann.may(Right.APPLY)
    assert not ann.rights


async def test_that_a_wrong_name_and_a_wrong_password_get_the_same_answer_and_are_audited(room: Room) -> None:
    await room.person("ann")
    answers = {await refusal(room.sessions.sign_in(name, "wrong word", "PC2")) for name in ("ann", "nobody")}
    assert answers == {"sessions.refused"}
    assert [row.user for row in room.memory.audit(AuditKind.SIGN_IN_REFUSED)] == ["ann", "nobody"]
    assert {row.station for row in room.memory.audit(AuditKind.SIGN_IN_REFUSED)} == {"PC2"}


async def test_that_an_unknown_name_takes_as_long_as_a_wrong_password(room: Room) -> None:
    room.sessions = Sessions(room.memory, Standing(), ROLES, room.clock)  # with the real cost of a hash
    await room.person("ann")
    spent: dict[str, list[float]] = {"ann": [], "nobody": []}
    for turn in range(4):
        for name, times in spent.items():
            started = time.perf_counter()
            await refusal(room.sessions.sign_in(name, "wrong word", f"PC{turn}{name}"))
            times.append(time.perf_counter() - started)
    known, unknown = (statistics.median(times) for times in spent.values())
    assert 0.4 < unknown / known < 2.5
    assert min(*spent["ann"], *spent["nobody"]) > 0.005  # a hash was worked out each time


async def test_that_after_five_wrong_attempts_even_the_right_password_has_to_wait(room: Room) -> None:
    await room.person("ann")
    for _ in range(5):
        await refusal(room.sessions.sign_in("ann", "wrong word", "PC1"))
    assert await refusal(room.sessions.sign_in("ann", PASSWORD, "PC1")) == "sessions.wait"
    assert await refusal(room.sessions.sign_in("ANN", PASSWORD, "PC9")) == "sessions.wait"  # another window, other case
    rows = len(room.memory.records)
    for _ in range(50):
        await refusal(room.sessions.sign_in("ann", PASSWORD, "PC1"))
    assert len(room.memory.records) == rows  # a flood of attempts writes no flood of records
    room.clock.pass_s(1.1)
    assert (await room.enter("ann")).user.name == "ann"
    assert (await room.enter("ann")).user.name == "ann"


async def test_that_a_session_survives_a_restart_and_the_store_never_sees_its_token(room: Room) -> None:
    await room.person("ann")
    signed = await room.enter("ann")
    assert signed.token.encode() not in msgspec.json.encode(room.memory.records)
    assert PASSWORD.encode() not in msgspec.json.encode(room.memory.records)
    room.again()
    assert room.sessions.resume(signed.token).user.name == "ann"
    assert room.of(signed).may(Right.WRITE)
    room.clock.pass_s(25 * 3600)
    with pytest.raises(SessionRefused, match="session_over"):
        room.sessions.resume(signed.token)


async def test_that_a_session_that_was_ended_cannot_be_resumed_before_or_after_a_restart(room: Room) -> None:
    await room.person("ann")
    signed = await room.enter("ann")
    session = room.of(signed)
    await room.sessions.sign_out(session)
    assert not session.may(Right.WRITE)
    for _ in range(2):
        with pytest.raises(SessionRefused, match="session_over"):
            room.sessions.resume(signed.token)
        room.again()


async def test_that_an_idle_session_is_locked_once_and_has_no_rights_until_somebody_signs_in_again(room: Room) -> None:
    await room.person("ann", ENGINEER)
    session, told = room.of(await room.enter("ann")), []
    room.sessions.ended.append(lambda one, why: told.append((one.user, why.code)))
    room.clock.pass_s(1700)
    room.sessions.touch(session)
    room.clock.pass_s(1700)
    room.sessions.pass_time()
    assert session.may(Right.APPLY)
    room.clock.pass_s(200)
    for _ in range(3):
        room.sessions.pass_time()
    assert not session.may(Right.APPLY)
    assert [one for one in told if one[0] == "ann"] == [("ann", "sessions.session_locked")]
    rows = [row for row in room.memory.audit(AuditKind.SESSION_LOCKED) if row.user == "ann"]
    assert len(rows) == 1
    assert room.of(await room.enter("ann")).may(Right.APPLY)


async def test_that_an_operator_is_never_locked_by_default(room: Room) -> None:
    await room.person("ann")
    session = room.of(await room.enter("ann"))
    room.clock.pass_s(12 * 3600)
    room.sessions.pass_time()
    assert session.may(Right.WRITE)


async def test_that_a_badge_signs_in_with_its_pin_alone_also_after_a_restart(room: Room) -> None:
    boss = await room.boss()
    entry = UserEntry(name="ann")
    await room.sessions.add_user(boss, entry, badge="0004711", pin="2580", station="PC1")
    assert b"0004711" not in msgspec.json.encode(room.memory.records)
    room.again()
    assert await refusal(room.sessions.badge("0004711", "1111", "PC1")) == "sessions.refused"
    assert await refusal(room.sessions.badge("0004712", "2580", "PC1")) == "sessions.refused"
    assert (await room.sessions.badge("0004711", "2580", "PC1")).user.has_badge
    assert await refusal(room.sessions.sign_in("ann", "", "PC1")) == "sessions.refused"


async def test_that_a_badge_belongs_to_one_user(room: Room) -> None:
    boss = await room.boss()
    await room.sessions.add_user(boss, UserEntry(name="ann"), badge="0004711", pin="2580", station="PC1")
    asked = room.sessions.add_user(boss, UserEntry(name="bob"), badge="0004711", pin="1379", station="PC1")
    assert await refusal(asked) == "sessions.badge_taken"


async def test_that_who_lacks_the_right_adds_no_user_and_changes_no_password_of_others(room: Room) -> None:
    await room.person("ann")
    ann = room.of(await room.enter("ann"))
    add = room.sessions.add_user(ann, UserEntry(name="eve"), password=PASSWORD, station="PC1")
    change = room.sessions.change_password(ann, "boss", "another word", station="PC1")
    promote = room.sessions.change_user(ann, UserEntry(name="ann", role=ADMINISTRATOR), station="PC1")
    assert {await refusal(add), await refusal(change), await refusal(promote)} == {"sessions.right_missing"}
    assert [user.name for user in room.sessions.users()] == ["ann", "boss"]


async def test_that_a_disabled_user_is_out_at_once_and_cannot_come_back(room: Room) -> None:
    await room.person("ann")
    session, boss = room.of(await room.enter("ann")), room.of(await room.enter("boss"))
    await room.sessions.change_user(boss, UserEntry(name="Ann", enabled=False), station="PC1")
    assert not session.may(Right.WRITE)
    assert await refusal(room.enter("ann")) == "sessions.refused"
    room.again()
    assert await refusal(room.enter("ann")) == "sessions.refused"


async def test_that_the_last_administrator_can_neither_be_disabled_nor_lose_the_role(room: Room) -> None:
    boss = await room.boss()
    for entry in (UserEntry(name="boss", role=ADMINISTRATOR, enabled=False), UserEntry(name="boss", role=OPERATOR)):
        assert await refusal(room.sessions.change_user(boss, entry, station="PC1")) == "sessions.last_administrator"


async def test_that_a_changed_password_ends_the_other_sessions_of_that_user_but_not_the_own(room: Room) -> None:
    await room.person("ann")
    here, there = room.of(await room.enter("ann")), room.of(await room.enter("ann"))
    wrong = room.sessions.change_password(here, "ann", "another word", old="guess", station="PC1")
    assert await refusal(wrong) == "sessions.old_password_wrong"
    await room.sessions.change_password(here, "ann", "another word", old=PASSWORD, station="PC1")
    assert here.live
    assert not there.live
    assert await refusal(room.enter("ann")) == "sessions.refused"
    assert (await room.sessions.sign_in("ann", "another word", "PC1")).user.name == "ann"


@pytest.mark.parametrize("password", ["", "short", "boss    ", "aaaaaaaaaa", "abababab", "BOSS", "x" * 257])
async def test_that_weak_passwords_are_refused(room: Room, password: str) -> None:
    assert (await refusal(room.sessions.first_administrator("boss", password, "PC1"))).startswith("sessions.password_")


@pytest.mark.parametrize("name", ["", " ann", "ann ", "a\tb", "a\u202eb", "x" * 65, "\x00"])
async def test_that_names_that_cannot_be_seen_or_typed_are_refused(room: Room, name: str) -> None:
    assert await refusal(room.sessions.first_administrator(name, PASSWORD, "PC1")) == "sessions.name_unfit"


async def test_that_names_are_the_same_in_any_case_and_width(room: Room) -> None:
    await room.person("Ann")
    boss = room.of(await room.enter("boss"))
    asked = room.sessions.add_user(boss, UserEntry(name="ａｎｎ"), password=PASSWORD, station="PC1")
    assert await refusal(asked) == "sessions.user_exists"
    assert (await room.enter("ANN")).user.name == "Ann"


async def test_that_nobody_is_let_in_before_the_record_is_durable(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    await room.person("ann")
    monkeypatch.setattr("hmi.engine.sessions.sessions.KEEP_S", 0.05)
    room.memory.stuck = True
    assert await refusal(room.enter("ann")) == "sessions.store_waits"
    records = [one for one in room.memory.records if isinstance(one, SessionRecord)]
    assert all(room.sessions._by_digest.get(one.digest) is None for one in records[-1:])


async def test_that_a_flood_of_sign_ins_is_turned_away_and_holds_no_memory(room: Room) -> None:
    await room.person("ann")
    asked = [room.sessions.sign_in(f"user{number}", "wrong word", f"PC{number}") for number in range(30)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    codes = [one.reason.code for one in done if isinstance(one, HmiError)]
    assert codes.count("sessions.busy") >= 20
    assert set(codes) == {"sessions.busy", "sessions.refused"}


async def test_that_the_event_loop_runs_on_while_a_password_is_checked(room: Room) -> None:
    room.sessions = Sessions(room.memory, Standing(), ROLES, room.clock)
    await room.person("ann")
    longest, ended = 0.0, False

    async def watch() -> None:
        nonlocal longest
        while not ended:
            started = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - started)

    watching = asyncio.create_task(watch())
    started = time.perf_counter()
    await room.enter("ann")
    took, ended = time.perf_counter() - started, True
    await watching
    assert longest < max(0.02, took / 2)


async def test_that_the_demo_operator_is_an_ordinary_operator_and_gone_after_a_restart(room: Room) -> None:
    signed = await room.sessions.demo("PC1")
    assert signed.demo
    assert not room.of(signed).may(Right.USERS)
    room.again()
    with pytest.raises(SessionRefused, match="session_over"):
        room.sessions.resume(signed.token)


def test_that_a_token_and_its_digest_differ() -> None:
    assert token_digest("abc") != "abc"
