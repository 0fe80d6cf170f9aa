"""Signing in and out, users and their rights. Engine process, event loop; asked by the engine's end of the link.

Everything that this room reports as done is durable. Whoever cannot be let in is told the same in the same time,
whether the name is unknown, the password wrong or the user disabled (SE-07); the audit trail knows more.
"""

import asyncio
import json
from collections.abc import Callable, Mapping

import msgspec

from hmi.engine.sessions import people
from hmi.engine.sessions.hashing import LONGEST_SECRET, Hasher, badge_digest, new_badge_key, new_token, token_digest
from hmi.engine.sessions.people import People, SessionRefused, check_badge, check_name, check_password, key_of
from hmi.engine.sessions.session import Session
from hmi.engine.sessions.throttle import Throttle
from hmi.model.clock import Clock
from hmi.model.event import AuditKind, AuditRow
from hmi.model.reason import Reason, reason
from hmi.model.user import ADMINISTRATOR, OPERATOR, Right, Role, SignedIn, UserEntry
from hmi.store.contract import Keeper, Record, SessionRecord, Standing, StationValue, UserRecord

__all__ = ["SessionRefused", "Sessions"]

VALID_NS = 24 * 3600 * 1_000_000_000
"""Longest life of a session, whatever is done with it."""
KEEP_S = 5.0
"""Longest wait for the store before somebody is told that it does not write."""
BADGE_KEY = "badge_key"
DEMO_USER = "demo"

Ended = Callable[[Session, Reason], None]
"""Told that a session was locked or ended by somebody else than its own window."""


class Sessions:
    """All users and sessions of the station."""

    def __init__(
        self, keeper: Keeper, standing: Standing, roles: Mapping[str, Role], clock: Clock, hasher: Hasher | None = None
    ) -> None:
        """Take over what the store holds.

        Args:
            keeper: keeps users, sessions and the audit trail.
            standing: what was found at the start.
            roles: of the project, by name.
            clock: for ages and stamps.
            hasher: of the passwords; a new one when None.
        """
        self._keeper = keeper
        self._clock = clock
        self._hasher = hasher or Hasher()
        self._throttle = Throttle()
        self._roles = dict(roles)
        self.ended: list[Ended] = []
        self._by_digest: dict[str, Session] = {}
        self._people = People(())
        self._known = False
        self._badge_key = b""
        self._making_first = False
        self.learn(standing)

    def learn(self, standing: Standing) -> None:
        """Take over what the store holds, when it could be read later only."""
        if self._known or not standing.known:
            return
        self._known = True
        self._people = People(standing.users)
        kept = standing.station.get(BADGE_KEY)
        if kept is not None:
            self._badge_key = bytes.fromhex(json.loads(kept))
        for record in standing.sessions:
            user = self._people.find(record.user)
            if user is not None and user.entry.enabled and not record.demo and self._fresh(record):
                self._by_digest[record.digest] = self._session(user.entry, record)

    @property
    def needs_administrator(self) -> bool:
        """True while there is no user at all, and that is known for sure."""
        return self._known and not len(self._people)

    def use_roles(self, roles: Mapping[str, Role]) -> None:
        """Follow the roles of a project that was applied; open sessions have the new rights at once."""
        self._roles = dict(roles)
        for session in self._by_digest.values():
            self._give_rights(session)

    # ------------------------------------------------------------------------------------------------ signing in

    async def first_administrator(self, name: str, password: str, station: str) -> SignedIn:
        """Make the first user, and sign in.

        Raises:
            SessionRefused: when there is a user already, or name or password are unfit.
        """
        if not self.needs_administrator or self._making_first:
            raise SessionRefused("sessions.not_first" if self._known else "sessions.users_unknown")
        check_name(name)
        check_password(name, password)
        self._making_first = True
        try:
            user = UserRecord(
                entry=UserEntry(name=name, role=ADMINISTRATOR), password_hash=await self._hasher.hash(password)
            )
            await self._keep(user, self._row(AuditKind.USER_ADDED, name, station, user=name, role=ADMINISTRATOR))
            self._people.put(user)
        finally:
            self._making_first = False
        return await self._welcome(user.entry, station)

    async def sign_in(self, name: str, password: str, station: str) -> SignedIn:
        """Sign in by name and password.

        Raises:
            SessionRefused: when name and password do not belong together, or were tried too often.
        """
        self._hold_back(name, station)
        user = self._people.find(name) if len(name) <= people.LONGEST_NAME else None
        fits = len(password) <= LONGEST_SECRET and await self._hasher.matches(
            user.password_hash if user is not None else "", password
        )
        return await self._let_in(user if fits else None, name, station)

    async def badge(self, badge: str, pin: str, station: str) -> SignedIn:
        """Sign in by badge and PIN.

        Raises:
            SessionRefused: when they do not belong together, or were tried too often.
        """
        digest = badge_digest(self._badge_key, badge[:LONGEST_SECRET]) if self._badge_key else ""
        key = f"badge {digest[:12]}"
        self._hold_back(key, station)
        user = self._people.by_badge(digest) if digest else None
        fits = len(pin) <= LONGEST_SECRET and await self._hasher.matches(user.pin_hash if user is not None else "", pin)
        return await self._let_in(user if fits else None, key, station)

    async def demo(self, station: str) -> SignedIn:
        """Sign in the operator of `hmi demo`, who has no password; nobody else can call this."""
        return await self._welcome(UserEntry(name=DEMO_USER, title="Demo", role=OPERATOR), station, demo=True)

    def resume(self, token: str) -> SignedIn:
        """Go on with a session after a restart.

        Raises:
            SessionRefused: when it has ended, is locked or is too old.
        """
        session = self._by_digest.get(token_digest(token))
        if session is None and not self._known:
            raise SessionRefused("sessions.users_unknown")  # the token may well be good: it is not to be thrown away
        if session is None or session.record.ended or not self._fresh(session.record):
            raise SessionRefused("sessions.session_over")
        if session.record.locked:
            raise SessionRefused("sessions.session_locked")
        session.touched_ns = self._clock.monotonic_ns()
        return self._signed_in(session, token)

    def session(self, token: str) -> Session | None:
        """Give the session of a token, while it lives."""
        session = self._by_digest.get(token_digest(token))
        return session if session is not None and session.live and self._fresh(session.record) else None

    async def sign_out(self, session: Session) -> None:
        """End a session; done when that is durable."""
        self._finish(session)
        row = self._row(AuditKind.SIGN_OUT, session.user, session.record.station)
        await self._keep(session.record, row)

    def touch(self, session: Session) -> None:
        """Note that somebody is at the window."""
        session.touched_ns = self._clock.monotonic_ns()

    def pass_time(self) -> None:
        """Lock sessions that were idle for too long, and end those that are too old; called about once a second."""
        now = self._clock.monotonic_ns()
        for session in list(self._by_digest.values()):
            if not self._fresh(session.record):
                self._end(session, reason("sessions.session_over"))
            elif session.live and session.lock_after_s and now - session.touched_ns > session.lock_after_s * 1e9:
                session.record = msgspec.structs.replace(session.record, locked=True)
                self._keeper.keep(
                    session.record, self._row(AuditKind.SESSION_LOCKED, session.user, session.record.station)
                )
                self._tell(session, reason("sessions.session_locked"))

    # ------------------------------------------------------------------------------------------------ users

    def users(self) -> tuple[UserEntry, ...]:
        """Give all users as people see them, by name."""
        return self._people.entries()

    async def add_user(
        self, by: Session, entry: UserEntry, *, password: str = "", badge: str = "", pin: str = "", station: str
    ) -> None:
        """Add a user.

        Raises:
            SessionRefused: when there is one of that name, the right is missing, or something is unfit.
        """
        self._need(by, Right.USERS)
        check_name(entry.name)
        if self._people.find(entry.name) is not None:
            raise SessionRefused("sessions.user_exists", user=entry.name)
        if not password and not badge:
            raise SessionRefused("sessions.no_secret")
        user = await self._with_secrets(UserRecord(entry=entry), password, badge, pin)
        self._check_role(entry.role)
        if self._people.find(entry.name) is not None:  # somebody was quicker while the hash was worked out
            raise SessionRefused("sessions.user_exists", user=entry.name)
        self._people.put(user)
        await self._keep(user, self._row(AuditKind.USER_ADDED, by.user, station, user=entry.name, role=entry.role))

    async def change_user(self, by: Session, entry: UserEntry, *, badge: str = "", pin: str = "", station: str) -> None:
        """Change title, role, badge or `enabled` of a user; a disabled user's sessions end.

        Raises:
            SessionRefused: when there is none of that name, the right is missing, or it is the last administrator.
        """
        self._need(by, Right.USERS)
        before = self._find(entry.name)
        self._check_role(entry.role)
        kept = msgspec.structs.replace(entry, name=before.entry.name, has_badge=before.entry.has_badge)
        if self._people.last_administrator(entry.name) and (not entry.enabled or entry.role != ADMINISTRATOR):
            raise SessionRefused("sessions.last_administrator", user=before.entry.name)
        user = await self._with_secrets(people.with_entry(before, kept), "", badge, pin)
        self._people.put(user)
        for session in self._of(user.entry.name):
            session.entry = user.entry
            self._give_rights(session)
            if not user.entry.enabled:
                self._end(session, reason("sessions.user_disabled"))
        details = {"user": user.entry.name, "role": user.entry.role, "enabled": str(user.entry.enabled).lower()}
        await self._keep(user, self._row(AuditKind.USER_CHANGED, by.user, station, **details))

    async def change_password(self, by: Session, name: str, password: str, *, old: str = "", station: str) -> None:
        """Change a password: one's own with the old one, another's with the right; other sessions of that user end.

        Raises:
            SessionRefused: when the old one is wrong, the right is missing, or the new one is unfit.
        """
        own = key_of(name) == key_of(by.user)
        if not own:
            self._need(by, Right.USERS)
        elif not by.live:
            raise SessionRefused("sessions.session_over")
        user = self._find(name)
        check_password(user.entry.name, password)
        if own:
            self._hold_back(name, station)
            if not await self._hasher.matches(user.password_hash, old[: LONGEST_SECRET + 1]):
                self._throttle.wrong(key_of(name), self._now_s())
                raise SessionRefused("sessions.old_password_wrong")
        user = msgspec.structs.replace(self._find(name), password_hash=await self._hasher.hash(password))
        self._people.put(user)
        for session in self._of(user.entry.name):
            if session is not by:
                self._end(session, reason("sessions.password_changed"))
        await self._keep(
            user, self._row(AuditKind.USER_CHANGED, by.user, station, user=user.entry.name, changed="password")
        )

    # ------------------------------------------------------------------------------------------------ inside

    def _hold_back(self, name: str, station: str) -> None:
        """Refuse who has tried too often, without looking at the password.

        Raises:
            SessionRefused: with the wait.
        """
        wait = max(self._throttle.wait_s(key, self._now_s()) for key in (key_of(name), f"at {station}"))
        if wait > 0:
            seconds = int(wait) + 1
            if self._throttle.first_refusal(key_of(name)):
                refused = reason("sessions.wait", seconds=seconds)
                self._keeper.keep(self._row(AuditKind.SIGN_IN_REFUSED, name[: people.LONGEST_NAME], station, refused))
            raise SessionRefused("sessions.wait", seconds=seconds)

    async def _let_in(self, user: UserRecord | None, name: str, station: str) -> SignedIn:
        if user is None or not user.entry.enabled:
            now = self._now_s()
            for key in (key_of(name), f"at {station}"):
                self._throttle.wrong(key, now)
            refused = reason("sessions.refused")
            why = reason("sessions.user_disabled") if user is not None else refused
            await self._keep(self._row(AuditKind.SIGN_IN_REFUSED, name[: people.LONGEST_NAME], station, why))
            raise SessionRefused(refused.code)
        for key in (key_of(name), f"at {station}"):
            self._throttle.right(key)
        return await self._welcome(user.entry, station)

    async def _welcome(self, entry: UserEntry, station: str, *, demo: bool = False) -> SignedIn:
        """Make a session; it exists once its record is durable."""
        token, now = new_token(), self._clock.wall_ns()
        record = SessionRecord(
            digest=token_digest(token), user=entry.name, station=station, since_ns=now, used_ns=now, demo=demo
        )
        await self._keep(record, self._row(AuditKind.SIGN_IN, entry.name, station))
        session = self._by_digest[record.digest] = self._session(entry, record)
        return self._signed_in(session, token)

    async def _with_secrets(self, user: UserRecord, password: str, badge: str, pin: str) -> UserRecord:
        """Give a user with new secrets, as far as they are given."""
        if password:
            check_password(user.entry.name, password)
            user = msgspec.structs.replace(user, password_hash=await self._hasher.hash(password))
        if badge:
            check_badge(badge, pin)
            if not self._badge_key:
                self._badge_key = new_badge_key()
                kept = StationValue(key=BADGE_KEY, value=json.dumps(self._badge_key.hex()).encode())
                await self._keep(kept)
            digest = badge_digest(self._badge_key, badge)
            other = self._people.by_badge(digest)
            if other is not None and key_of(other.entry.name) != key_of(user.entry.name):
                raise SessionRefused("sessions.badge_taken")
            entry = msgspec.structs.replace(user.entry, has_badge=True)
            user = UserRecord(
                entry=entry,
                password_hash=user.password_hash,
                badge_digest=digest,
                pin_hash=await self._hasher.hash(pin),
            )
        return user

    async def _keep(self, *records: Record) -> None:
        """Keep records.

        Raises:
            SessionRefused: when the store does not write; they are kept as soon as it does.
        """
        future = self._keeper.keep(*records)
        try:
            async with asyncio.timeout(KEEP_S):
                await asyncio.shield(future)
        except TimeoutError:
            raise SessionRefused("sessions.store_waits") from None

    def _session(self, entry: UserEntry, record: SessionRecord) -> Session:
        session = Session(entry, frozenset(), 0.0, record, self._clock.monotonic_ns())
        self._give_rights(session)
        return session

    def _give_rights(self, session: Session) -> None:
        role = self._roles.get(session.entry.role)
        session.rights = frozenset(role.rights) if role is not None else frozenset()
        session.lock_after_s = role.lock_after_s if role is not None else 0.0

    def _signed_in(self, session: Session, token: str) -> SignedIn:
        return SignedIn(
            token=token,
            user=session.entry,
            rights=tuple(sorted(session.rights)),
            lock_after_s=session.lock_after_s,
            demo=session.record.demo,
        )

    def _end(self, session: Session, why: Reason) -> None:
        """End a session that its own window did not end."""
        self._finish(session)
        row = self._row(AuditKind.SIGN_OUT, session.user, session.record.station, why)
        self._keeper.keep(session.record, row)
        self._tell(session, why)

    def _finish(self, session: Session) -> None:
        session.record = msgspec.structs.replace(session.record, ended=True)
        self._by_digest.pop(session.record.digest, None)

    def _tell(self, session: Session, why: Reason) -> None:
        for listener in self.ended:
            listener(session, why)

    def _of(self, name: str) -> list[Session]:
        return [session for session in self._by_digest.values() if key_of(session.user) == key_of(name)]

    def _find(self, name: str) -> UserRecord:
        user = self._people.find(name)
        if user is None:
            raise SessionRefused("sessions.user_unknown", user=name[: people.LONGEST_NAME])
        return user

    def _need(self, by: Session, right: str) -> None:
        if not by.may(right):
            raise SessionRefused("sessions.right_missing", right=right)

    def _check_role(self, role: str) -> None:
        if role not in self._roles:
            raise SessionRefused("sessions.role_unknown", role=role, known=", ".join(self._roles))

    def _fresh(self, record: SessionRecord) -> bool:
        return not record.ended and abs(self._clock.wall_ns() - record.since_ns) < VALID_NS

    def _now_s(self) -> float:
        return self._clock.monotonic_ns() / 1e9

    def _row(self, kind: AuditKind, user: str, station: str, why: Reason | None = None, /, **details: str) -> AuditRow:
        return AuditRow(
            kind=kind, server_ns=self._clock.wall_ns(), user=user, station=station, reason=why, details=details
        )
