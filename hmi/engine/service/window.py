"""One window (or command line) at the engine: who it is, who is signed in there, and what it asks. Event loop."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hmi.engine.service.parts import Desk
from hmi.engine.sessions import Session, SessionRefused
from hmi.link import engine_messages as say
from hmi.link.talk import Attended
from hmi.model.errors import HmiError
from hmi.model.user import Right, SignedIn

if TYPE_CHECKING:
    from hmi.engine.deployment import Deployed

LONGEST_STATION = 64
MOST_OCCURRENCES = 2_000


class Refusal(HmiError):
    """What was asked is not done; the reason says why."""


class Window:
    """The engine's half of one conversation."""

    def __init__(self, service: Desk, attended: Attended) -> None:
        """Begin with nobody signed in."""
        self._service = service
        self._attended = attended
        self.station = ""
        """What the audit trail calls it; empty until it has said who it is."""
        self.watching = False
        self.session: Session | None = None

    def tell(self, kind: str, frame: bytes) -> None:
        """Tell something unasked; see `Attended.tell`."""
        self._attended.tell(kind, frame)

    async def ended(self) -> None:
        """The connection is gone; the session stays, for the window may come back."""
        self._service.gone(self)

    async def answer(self, message: Any) -> Any:
        """Answer an ask.

        Raises:
            HmiError: with the reason, when it is refused.
        """
        if isinstance(message, say.AskHello):
            return self._hello(message)
        if not self.station:
            raise Refusal("link.hello_first")
        found = _ANSWERS.get(type(message))
        if found is None:
            raise Refusal("link.not_asked_here")
        return await found(self, message)

    # ------------------------------------------------------------------------------------------------ who

    def _hello(self, ask: say.AskHello) -> say.Attached:
        if ask.protocol != say.PROTOCOL:
            raise Refusal("link.other_version", theirs=ask.protocol, ours=say.PROTOCOL)
        name = "".join(letter for letter in ask.station if letter.isprintable())[:LONGEST_STATION].strip()
        self.station = name or f"process {ask.pid}"
        self.watching = ask.watches
        if self.watching:
            self._service.watches(self)
        return self._service.attached(ask.number)

    async def ping(self, ask: say.AskPing) -> say.Pong:
        """Answer at once."""
        if ask.active and self.session is not None:
            self._service.parts.sessions.touch(self.session)
        return say.Pong(number=ask.number)

    async def first_administrator(self, ask: say.AskFirstAdministrator) -> say.Welcome:
        """Make the first user."""
        return self._welcome(
            ask.number, await self._service.parts.sessions.first_administrator(ask.name, ask.password, self.station)
        )

    async def sign_in(self, ask: say.AskSignIn) -> say.Welcome:
        """Sign in by name and password; who was signed in here before is out."""
        return self._welcome(
            ask.number, await self._service.parts.sessions.sign_in(ask.name, ask.password, self.station)
        )

    async def badge(self, ask: say.AskBadge) -> say.Welcome:
        """Sign in by badge and PIN."""
        return self._welcome(ask.number, await self._service.parts.sessions.badge(ask.badge, ask.pin, self.station))

    async def resume(self, ask: say.AskResume) -> say.Welcome:
        """Go on with a session; in the demo, without one, as its operator."""
        sessions = self._service.parts.sessions
        if self._service.parts.demo is not None and not ask.token:
            return self._welcome(ask.number, await sessions.demo(self.station))
        return self._welcome(ask.number, sessions.resume(ask.token))

    async def sign_out(self, ask: say.AskSignOut) -> say.Done:
        """End the session of this window."""
        session, self.session = self.session, None
        if session is not None and not session.record.ended:
            await self._service.parts.sessions.sign_out(session)
        return say.Done(number=ask.number)

    def _welcome(self, number: int, signed: SignedIn) -> say.Welcome:
        sessions = self._service.parts.sessions
        before, self.session = self.session, sessions.session(signed.token)
        if before is not None and before is not self.session and not before.record.ended:
            task = asyncio.ensure_future(sessions.sign_out(before))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return say.Welcome(number=number, session=signed)

    def _need(self, right: str) -> Session:
        """Give the session when it has a right.

        Raises:
            Refusal: when nobody is signed in, the session is locked, or it lacks the right.
        """
        if self.session is None or self.session.record.ended:
            raise Refusal("command.not_signed_in")
        if self.session.record.locked:
            raise SessionRefused("sessions.session_locked")
        if not self.session.may(right):
            raise SessionRefused("sessions.right_missing", right=right)
        return self.session

    def _signed_in(self) -> Session:
        if self.session is None or not self.session.live:
            raise Refusal("command.not_signed_in")
        return self.session

    # ------------------------------------------------------------------------------------------------ users

    async def users(self, ask: say.AskUsers) -> say.Users:
        """Say who may sign in; no secrets."""
        return say.Users(number=ask.number, users=self._service.parts.sessions.users())

    async def add_user(self, ask: say.AskAddUser) -> say.Done:
        """Add or change a user."""
        by, sessions = self._need(Right.USERS), self._service.parts.sessions
        if ask.change:
            await sessions.change_user(by, ask.user, badge=ask.badge, pin=ask.pin, station=self.station)
        else:
            await sessions.add_user(
                by, ask.user, password=ask.password, badge=ask.badge, pin=ask.pin, station=self.station
            )
        return say.Done(number=ask.number)

    async def password(self, ask: say.AskPassword) -> say.Done:
        """Change a password."""
        by = self._signed_in()
        await self._service.parts.sessions.change_password(
            by, ask.name, ask.password, old=ask.old, station=self.station
        )
        return say.Done(number=ask.number)

    # ------------------------------------------------------------------------------------------------ commands, alarms

    async def command(self, ask: say.AskCommand) -> say.CommandStands:
        """Take a command; the desk judges session and right, for a refusal is audited too."""
        result = await self._service.parts.commands.submit(ask.command, self.session, self.station)
        return say.CommandStands(number=ask.number, result=result)

    async def command_state(self, ask: say.AskCommandState) -> say.CommandStands:
        """Say where a command stands."""
        result = await self._service.parts.commands.state(ask.command)
        if result is None:
            raise Refusal("link.command_unknown")
        return say.CommandStands(number=ask.number, result=result)

    async def alarms(self, ask: say.AskAlarms) -> say.Alarms:
        """Say what stands."""
        told = self._service.told_alarms()
        return say.Alarms(number=ask.number, version=told.version, stands=told.stands, total=told.total)

    async def acknowledge(self, ask: say.AskAcknowledge) -> say.Acknowledged:
        """Acknowledge what was seen; answered once durable."""
        by = self._need(Right.ACKNOWLEDGE)
        seen = dict.fromkeys(ask.occurrences[:MOST_OCCURRENCES])
        outcomes = await self._service.parts.alarms.acknowledge(
            seen, user=by.user, station=self.station, note=ask.note[:500]
        )
        return say.Acknowledged(number=ask.number, outcomes=outcomes)

    async def reset(self, ask: say.AskReset) -> say.Acknowledged:
        """Reset latched alarms."""
        by = self._need(Right.ACKNOWLEDGE)
        seen = dict.fromkeys(ask.occurrences[:MOST_OCCURRENCES])
        outcomes = await self._service.parts.alarms.reset(seen, user=by.user, station=self.station)
        return say.Acknowledged(number=ask.number, outcomes=outcomes)

    async def silence(self, ask: say.AskSilence) -> say.Done:
        """Sound off. Nobody has to sign in for that: a horn that cannot be silenced is torn off the wall."""
        user = self.session.user if self.session is not None and self.session.live else ""
        await self._service.parts.alarms.silence(user=user, station=self.station)
        return say.Done(number=ask.number)

    # ------------------------------------------------------------------------------------------------ history, apply

    async def history_server(self, ask: say.AskHistoryServer) -> say.HistoryAt:
        """Say where journal and audit are answered."""
        return say.HistoryAt(number=ask.number, socket=await self._service.parts.history.ensure())

    async def apply(self, ask: say.AskApply) -> say.Applied:
        """Apply a project, or say what that would change."""
        by, deployment = self._need(Right.APPLY), self._service.parts.deployment
        folder = None if ask.back else Path(ask.folder)
        if folder is not None and not folder.is_absolute():
            raise Refusal("link.folder_not_absolute", place=ask.folder[:200])
        if ask.look_only:
            return _applied(ask.number, await deployment.look(folder))
        done = await deployment.apply(folder, user=by.user, station=self.station)
        self._service.applied()
        return _applied(ask.number, done)

    async def demo_fault(self, ask: say.AskDemoFault) -> say.Done:
        """Break something, in the engine of the demo only."""
        parts = self._service.parts
        if parts.demo is None:
            raise Refusal("link.not_asked_here")
        parts.demo(ask.kind)
        return say.Done(number=ask.number)


def _applied(number: int, done: "Deployed") -> say.Applied:
    return say.Applied(
        number=number,
        applied=done.number,
        difference=say.Difference(lines=done.lines, total=done.total, devices_restarted=done.restarted),
        restore_point=f"{done.before:06d}" if done.before else "",
    )


_ANSWERS: dict[type, Callable[[Window, Any], Awaitable[Any]]] = {
    say.AskPing: Window.ping,
    say.AskFirstAdministrator: Window.first_administrator,
    say.AskSignIn: Window.sign_in,
    say.AskBadge: Window.badge,
    say.AskResume: Window.resume,
    say.AskSignOut: Window.sign_out,
    say.AskUsers: Window.users,
    say.AskAddUser: Window.add_user,
    say.AskPassword: Window.password,
    say.AskCommand: Window.command,
    say.AskCommandState: Window.command_state,
    say.AskAlarms: Window.alarms,
    say.AskAcknowledge: Window.acknowledge,
    say.AskReset: Window.reset,
    say.AskSilence: Window.silence,
    say.AskHistoryServer: Window.history_server,
    say.AskApply: Window.apply,
    say.AskDemoFault: Window.demo_fault,
}
