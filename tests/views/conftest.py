"""A board, an engine that notes what is asked, and the three views of alarms."""

import asyncio

import pytest

from hmi.display.theme import load_theme
from hmi.link.engine_messages import ToldAlarms
from hmi.model.alarm import Alarm, AlarmKind
from hmi.model.text import Language, Text
from hmi.views.acknowledging import Acknowledging
from hmi.views.alarm_board import AlarmBoard
from tests.shell.small_station import ident, project_of


class Engine:
    """Notes asks; `answer` gives what comes back, or raises."""

    def __init__(self):
        self.attached = True
        self.asked = []
        self.answer = None
        self.waiting = []

    async def ask(self, make):
        message = make(len(self.asked) + 1)
        self.asked.append(message)
        answer = self.answer
        if isinstance(answer, BaseException):
            raise answer
        return answer(message) if callable(answer) else answer

    def start(self, work, name):
        self.waiting.append(work)

    def run(self):
        """Let everything that was started come to its end."""
        while self.waiting:
            asyncio.run(self.waiting.pop(0)())


def told(*stands, sounding=0, total=None, version=1):
    return ToldAlarms(
        version=version, stands=tuple(stands), total=len(stands) if total is None else total, sounding=sounding
    )


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def theme(qapp):
    return load_theme("day")


@pytest.fixture
def project():
    import dataclasses

    alarm = Alarm(
        id=ident("hot"),
        path="Line/T0:high",
        tag="Line/T0",
        kind=AlarmKind.HIGH,
        action=Text(zh="切回自动\n关小阀", en="Switch to automatic\nClose the valve"),
        cause=Text(zh="阀卡住", en="Valve stuck"),
        consequence=Text(zh="报废", en="Batch lost"),
        respond_s=600,
    )
    return dataclasses.replace(project_of(), alarms=(alarm,))


@pytest.fixture
def board(qapp, project):
    made = AlarmBoard(project)
    yield made
    made.flash.run(False)


@pytest.fixture
def asks(qapp, engine):
    made = Acknowledging()
    made.attach(engine)
    yield made
    made._over.stop()


@pytest.fixture
def language():
    return Language.EN
