"""Passwords, PINs, badges and tokens as the store keeps them. Engine process; argon2 runs in a thread.

argon2id with the parameters of RFC 9106 section 4, second recommended option (64 MiB, 3 passes, 4 lanes): the hash
carries its parameters, so that later ones may be dearer. At most two hashes are worked out at once and a few may wait,
so that wrong sign-ins cost a plant PC neither its memory nor its scan.
"""

import asyncio
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from hmi.model.errors import HmiError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

AT_ONCE, WAITING = 2, 6
LONGEST_SECRET = 256
"""Characters of a password, PIN or badge; more is refused unread."""


class HashingBusy(HmiError):
    """Too many sign-ins at once."""


class Hasher:
    """Works out and checks hashes, always in the same time whether there is a hash to compare with or not (SE-07)."""

    def __init__(self, memory_kib: int = 65_536, passes: int = 3) -> None:
        """Make ready; argon2 is loaded with the first hash.

        Args:
            memory_kib: of one hash, KiB.
            passes: over that memory.
        """
        self._cost = (memory_kib, passes)
        self._places = asyncio.Semaphore(AT_ONCE)
        self._asking = 0
        self._argon: PasswordHasher | None = None
        self._decoy = ""

    async def hash(self, secret: str) -> str:
        """Give the hash of a secret, in argon2's own text form.

        Raises:
            HashingBusy: when too many are waiting.
        """
        return str(await self._in_thread(self._hash, secret))

    async def matches(self, kept: str, secret: str) -> bool:
        """Tell whether a secret belongs to a hash; an empty hash never matches, and takes as long.

        Raises:
            HashingBusy: when too many are waiting.
        """
        return bool(await self._in_thread(self._matches, kept, secret))

    async def _in_thread(self, work: object, *given: str) -> object:
        if self._asking >= AT_ONCE + WAITING:
            raise HashingBusy("sessions.busy")
        self._asking += 1
        try:
            async with self._places:
                return await asyncio.to_thread(work, *given)  # type: ignore[arg-type]  # one of the two below
        finally:
            self._asking -= 1

    def _argon2(self) -> "PasswordHasher":
        if self._argon is None:
            from argon2 import PasswordHasher

            memory_kib, passes = self._cost
            argon = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=4)
            self._decoy = argon.hash(secrets.token_hex(16))
            self._argon = argon
        return self._argon

    def _hash(self, secret: str) -> str:
        return self._argon2().hash(secret)

    def _matches(self, kept: str, secret: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        argon = self._argon2()
        try:
            argon.verify(kept or self._decoy, secret)
        except (VerificationError, InvalidHashError):
            return False
        return bool(kept)


def new_token() -> str:
    """Make the secret of a session: 256 random bits."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """Give what the store keeps of a token. It has 256 random bits, so a plain digest cannot be searched."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_badge_key() -> bytes:
    """Make the key of a station's badges."""
    return secrets.token_bytes(32)


def badge_digest(key: bytes, badge: str) -> str:
    """Give what the store keeps of a badge: keyed, because badge numbers are short."""
    return hmac.new(key, badge.encode(), hashlib.sha256).hexdigest()
