"""A small engine for the tests of the window: the real link, answers from a table, a store that may be slow."""

import asyncio
import itertools
import time

from hmi.link import engine_messages as say
from hmi.link.messages import ENGINE_SOCKET
from hmi.link.talk import attend
from hmi.model.alarm import AcknowledgeOutcome, AlarmKind, AlarmStand, AlarmState
from hmi.model.command import CommandResult, CommandState
from hmi.model.errors import HmiError
from hmi.model.reason import reason
from hmi.model.text import Text
from hmi.model.user import SignedIn, UserEntry

RIGHTS = ("write", "acknowledge")
SECOND = 1_000_000_000


class Refusal(HmiError):
    """A refusal with its reason."""


def stand(name, priority=1, state=AlarmState.UNACKNOWLEDGED, *, age_s=199, occurrence="", tag="Line/T0", **fields):
    begin = time.time_ns() - age_s * SECOND
    given = {
        "alarm": name,
        "occurrence": occurrence or f"{name}-1",
        "path": f"{tag}:{name}",
        "tag": tag,
        "kind": AlarmKind.HIGH,
        "priority": priority,
        "state": state,
        "title": Text(zh="温度高", en="Temperature high"),
        "active_since_ns": begin,
        "changed_ns": begin,
        "value": 61.8,
        "limit": 60.0,
    }
    return AlarmStand(**{**given, **fields})


class EngineStandIn:
    """Answers as an engine would; `gate` holds acknowledgements back until it is set."""

    def __init__(self, runtime, *, first=False, demo=False):
        self.path = runtime / ENGINE_SOCKET
        self.first, self.demo, self.applied = first, demo, 0
        self.stands, self.sounding, self.version = [], 0, 0
        self.users = {"li": "correct horse"}
        self.badges = {"0012345678": ("4711", "li")}
        self.tokens = {}
        self.heard, self.stations, self.pings = [], [], []
        self.command_answer = CommandState.REQUESTED
        self.commands = {}
        self.hold_commands = False
        self.already = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self._windows = set()
        self._numbers = itertools.count(1)
        self.hub = None

    async def open(self):
        self.hub = await attend(self.path, lambda attended: _Window(self, attended), say.EngineMessage)

    async def close(self):
        if self.hub is not None:
            hub, self.hub = self.hub, None
            await hub.close()

    def tell(self, kind, message):
        frame = self.hub.pack(message)
        for window in self._windows:
            window.attended.tell(kind, frame)

    def told_alarms(self):
        return say.ToldAlarms(
            version=self.version, stands=tuple(self.stands), total=len(self.stands), sounding=self.sounding
        )

    def tell_alarms(self):
        self.version += 1
        self.tell("alarms", self.told_alarms())

    def welcome(self, number, name):
        token = f"token-{next(self._numbers)}"
        self.tokens[token] = name
        return self.session(number, token)

    def session(self, number, token):
        name = self.tokens[token]
        demo = name == "demo"
        title = "演示操作员" if demo else "李工"
        return say.Welcome(
            number=number,
            session=SignedIn(token=token, user=UserEntry(name=name, title=title), rights=RIGHTS, demo=demo),
        )

    def outcome(self, occurrence):
        for place, one in enumerate(self.stands):
            if one.occurrence == occurrence:
                if occurrence in self.already:
                    return AcknowledgeOutcome(occurrence=occurrence, done=False, reason=self.already[occurrence])
                state = AlarmState.ACKNOWLEDGED
                self.stands[place] = _replace(one, state=state, acknowledged_by="li", acknowledged_ns=time.time_ns())
                return AcknowledgeOutcome(occurrence=occurrence, done=True)
        return AcknowledgeOutcome(occurrence=occurrence, done=False, reason=reason("alarms.unknown_occurrence"))


def _replace(one, **fields):
    import msgspec

    return msgspec.structs.replace(one, **fields)


class _Window:
    def __init__(self, engine, attended):
        self.engine, self.attended = engine, attended

    async def ended(self):
        self.engine._windows.discard(self)

    async def answer(self, message):
        engine, number = self.engine, message.number
        if not isinstance(message, say.AskPing):
            engine.heard.append(message)
        match message:
            case say.AskHello():
                engine.stations.append(message.station)
                engine._windows.add(self)
                self.attended.tell("alarms", engine.hub.pack(engine.told_alarms()))
                return say.Attached(
                    number=number,
                    pid=1,
                    generation=1,
                    project="p",
                    applied=engine.applied,
                    needs_administrator=engine.first,
                    demo=engine.demo,
                )
            case say.AskPing():
                engine.pings.append(message.active)
                return say.Pong(number=number)
            case say.AskFirstAdministrator():
                engine.users[message.name] = message.password
                engine.first = False
                return engine.welcome(number, message.name)
            case say.AskSignIn():
                if engine.users.get(message.name) != message.password:
                    raise Refusal("sessions.refused")
                return engine.welcome(number, message.name)
            case say.AskBadge():
                pin, name = engine.badges.get(message.badge, ("", ""))
                if not name or pin != message.pin:
                    raise Refusal("sessions.refused")
                return engine.welcome(number, name)
            case say.AskResume():
                if engine.demo and not message.token:
                    return engine.welcome(number, "demo")
                if message.token not in engine.tokens:
                    raise Refusal("sessions.session_over")
                return engine.session(number, message.token)
            case say.AskSignOut():
                return say.Done(number=number)
            case say.AskCommand():
                if engine.hold_commands:
                    await asyncio.Event().wait()
                result = CommandResult(id=message.command.id, state=engine.command_answer)
                engine.commands[message.command.id] = result
                return say.CommandStands(number=number, result=result)
            case say.AskCommandState():
                if message.command not in engine.commands:
                    raise Refusal("link.command_unknown")
                return say.CommandStands(number=number, result=engine.commands[message.command])
            case say.AskAcknowledge():
                await engine.gate.wait()
                outcomes = tuple(engine.outcome(one) for one in message.occurrences)
                engine.tell_alarms()
                return say.Acknowledged(number=number, outcomes=outcomes)
            case say.AskSilence():
                engine.sounding = 0
                engine.tell_alarms()
                return say.Done(number=number)
            case say.AskHistoryServer():
                return say.HistoryAt(number=number, socket=say.HISTORY_SOCKET)
        raise Refusal("link.own_fault")
