"""Forged words at a real engine: what only the engine may say, tokens that were made up, names, commands, folders."""

import hashlib
import math
from typing import Any

import pytest

from hmi.link import engine_messages as say
from hmi.link.messages import Refused
from hmi.model.alarm import AlarmState
from hmi.model.command import Command, CommandResult, CommandState
from hmi.model.event import HistoryQuery
from hmi.model.ident import derived_id
from hmi.model.tag import DataType
from hmi.model.user import SignedIn, UserEntry
from hmi.store import StoreReader
from tests.engine.service.test_service import Place, Seat
from tests.engine.works import tag

WINDOWS_MOST = 2_000
"""Most occurrences of one acknowledgement that are looked at."""


@pytest.fixture
def place(tmp_path: Any) -> Place:
    return Place(tmp_path)


async def send(seat: Seat, message: Any) -> None:
    await seat.asking._connection.send(message)


async def test_that_what_only_the_engine_says_is_refused_from_a_window_and_told_to_nobody(place):
    confirmed = CommandResult(id="c1", state=CommandState.CONFIRMED)
    me = SignedIn(user=UserEntry(name="boss"), rights=("users", "apply"), token="t" * 43)
    async with place.engine(), place.window("PC1") as one, place.window("PC2") as two:
        await one.boss()
        before = len(two.told)
        forged = (
            say.ToldCommand(result=confirmed),
            say.ToldAlarms(version=9, stands=(), total=0),
            say.ToldApplied(applied=9, folder="/tmp"),
            say.Welcome(number=0, session=me),
            say.Done(number=0),
        )
        for message in forged:
            await send(two, message)
        await two.ask(lambda n: say.AskPing(number=n))
        refused = [one.reason.code for one in two.told[before:] if isinstance(one, Refused)]
        assert refused == ["link.not_asked_here"] * len(forged)
        assert await two.refusal(lambda n: say.AskAcknowledge(number=n, occurrences=("x",))) == "command.not_signed_in"
        assert not any(isinstance(message, say.ToldCommand | say.ToldApplied) for message in one.told)


async def test_that_a_token_that_was_made_up_or_read_in_the_store_opens_nothing(place):
    async with place.engine(), place.window("PC1") as one, place.window("PC2") as two:
        token = (await one.boss()).session.token
        digests = [hashlib.sha256(token.encode()).hexdigest(), hashlib.sha256(token.encode()).digest().hex().upper()]
        for forged in ("", "0", token[:-1], token + "x", token.swapcase(), *digests, "x" * 100_000, "\0"):
            code = await two.refusal(lambda n, forged=forged: say.AskResume(number=n, token=forged))
            assert code == "sessions.session_over"
            assert await two.refusal(lambda n: say.AskAcknowledge(number=n, occurrences=())) == "command.not_signed_in"
        assert isinstance(await two.ask(lambda n: say.AskResume(number=n, token=token)), say.Welcome)


async def test_that_the_name_of_a_station_cannot_write_lines_or_colours_into_the_audit_trail(place):
    async with place.engine(), place.window("PC\x1b[31m\r\n1\u202e" * 30) as seat:
        await seat.boss()
        rows = StoreReader(place.station.data).audit(HistoryQuery()).rows
    stations = {row.station for row in rows if row.user == "boss"}
    assert stations
    assert all(name.isprintable() and 0 < len(name) <= 64 for name in stations)


async def test_that_a_forged_command_is_rejected_in_words_and_an_honest_one_is_taken(place):
    place.write(place.project(tag("SP", "cell:sp", type=DataType.INT16, writable=True)))
    honest = {"id": "c1", "tag": derived_id("tag", "SP"), "value": 5}
    forged: list[tuple[dict[str, Any], str | None]] = [
        ({"id": ""}, "command.bad_id"),
        ({"id": "x" * 65}, "command.bad_id"),
        ({"id": "a\nb"}, "command.bad_id"),
        ({"tag": "Level"}, "command.unknown_tag"),
        ({"tag": "x" * 100_000}, "command.unknown_tag"),
        ({"value": math.nan}, None),
        ({"value": math.inf}, None),
        ({"value": "7; DROP TABLE audit"}, None),
        ({"undoes": "x" * 10_000}, "command.undo_unknown"),
    ]
    async with place.engine(), place.window() as seat:
        await seat.boss()
        for number, (fields, code) in enumerate(forged):
            command = Command(**{**honest, "id": f"f{number}", **fields})
            result = (await seat.ask(lambda n, command=command: say.AskCommand(number=n, command=command))).result
            assert result.state is CommandState.REJECTED, fields
            assert result.reason is not None
            assert code in (None, result.reason.code)
        taken = (await seat.ask(lambda n: say.AskCommand(number=n, command=Command(**honest)))).result
        assert taken.state is CommandState.REQUESTED, taken


async def test_that_thousands_of_made_up_occurrences_acknowledge_nothing_and_are_cut(place):
    async with place.engine(), place.window() as seat:
        await seat.boss()
        real = (await seat.alarm()).occurrence
        made_up = tuple(f"{number:013d}" for number in range(50_000))
        answer = await seat.ask(lambda n: say.AskAcknowledge(number=n, occurrences=(*made_up, real)))
        assert len(answer.outcomes) == WINDOWS_MOST
        assert not any(outcome.done for outcome in answer.outcomes)
        stands = (await seat.ask(lambda n: say.AskAlarms(number=n))).stands
        assert [one.state for one in stands] == [AlarmState.UNACKNOWLEDGED]


async def test_that_a_folder_that_is_no_project_of_this_station_is_not_applied(place):
    async with place.engine(), place.window() as seat:
        await seat.boss()
        for folder in ("", "project", "../project", "/proc/self", "/etc/passwd", "/nowhere", "/a\0b"):
            assert await seat.refusal(lambda n, folder=folder: say.AskApply(number=n, folder=folder)), folder
        async with place.window() as other:
            assert other.attached.applied == seat.attached.applied
        assert await seat.alarm()
