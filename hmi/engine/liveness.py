"""Whether a PLC that answers also runs: the rule and the map signature of one device. Pure; fed by the tick.

- signature read, 0 in place of another value, and nothing else speaks of a program at work (the heartbeat reads 0 too,
  or the CPU state is not one of the running ones): ONLY_ZEROS
- signature read, any other wrong value: MAP_CHANGED, before the rule, for its address means nothing then
- signature refused as no such address: MAP_CHANGED
- heartbeat unchanged for longer than within_s: HEARTBEAT_STOPPED
- CPU state read, not one of the running ones: PLC_NOT_RUNNING
- nothing yet, for at most within_s: LIVENESS_PENDING
- no evidence for longer: HEARTBEAT_STOPPED, PLC_NOT_RUNNING or MAP_CHANGED, by what is missing
- an address of the evidence that nobody can read: CONFIGURATION_ERROR
- otherwise: NONE

A heartbeat is evidence only when it has changed once: a held register says the same after every reconnect. A change to
0 is none, for a PLC that stops and clears its outputs does just that; the next change is one.
"""

from dataclasses import dataclass

from hmi.model.device import CpuState, Heartbeat, LivenessRule, MapSignature
from hmi.model.quality import Cause

DEFAULT_WITHIN_S = 5.0
"""How long CPU state and signature may be unreadable before that counts as a failure, seconds."""


_WEIGHT: dict[Cause, int] = {
    Cause.NONE: 0,
    Cause.LIVENESS_PENDING: 1,
    Cause.PLC_NOT_RUNNING: 2,
    Cause.HEARTBEAT_STOPPED: 2,
    Cause.MAP_CHANGED: 3,
    Cause.ONLY_ZEROS: 3,
    Cause.CONFIGURATION_ERROR: 4,
}
"""Of the verdict of the rule and that of the signature the heavier one counts."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one poll brought of a hidden address."""

    value: float
    """Exactly as read: 7.9 is not 7."""
    cause: Cause
    """NONE when the value was read."""


class Liveness:
    """The verdict over one device; begin anew with each connection."""

    def __init__(
        self,
        rule: LivenessRule | None,
        signature: MapSignature | None,
        now_ns: int,
        *,
        poll_s: float = 0.0,
        unreadable: bool = False,
    ) -> None:
        """Begin without evidence.

        Args:
            rule: the device's rule, or None.
            signature: its map signature, or None.
            now_ns: monotonic ns.
            poll_s: period at which the evidence is read, seconds; two polls are waited for at least.
            unreadable: an address of rule or signature means nothing to the protocol.
        """
        self._rule = rule
        self._signature = signature
        within_s = rule.within_s if isinstance(rule, Heartbeat) else DEFAULT_WITHIN_S
        self._within_ns = int(max(within_s, 2 * poll_s) * 1e9)
        self._map_within_ns = int(max(DEFAULT_WITHIN_S, 2 * poll_s) * 1e9)
        self._map_ns = now_ns
        self._map_cause = Cause.LIVENESS_PENDING if signature else Cause.NONE
        self._rule_ns = now_ns
        self._rule_cause = Cause.LIVENESS_PENDING if rule else Cause.NONE
        self._beat: float | None = None
        self._unreadable = unreadable
        self.proven = False
        """Whether the newest poll brought all of the evidence that tells one program from another, or RUN from STOP."""

    @property
    def verdict(self) -> Cause:
        """What is said of the device now."""
        if self._unreadable:
            return Cause.CONFIGURATION_ERROR
        return max(self._map_cause, self._rule_cause, key=_WEIGHT.__getitem__)

    def observe(self, *, rule: Seen | None = None, signature: Seen | None = None, now_ns: int) -> Cause:
        """Take what a poll brought and give the verdict.

        Args:
            rule: of the rule's address; None when there is none.
            signature: of the signature's address; None when there is none.
            now_ns: monotonic ns.
        """
        if signature is not None and self._signature is not None:
            self._observe_signature(self._signature, signature, now_ns, empty=self._may_be_empty(rule))
        if rule is not None and self._rule is not None:
            self._observe_rule(self._rule, rule, now_ns)
        if self._signature is not None and now_ns - self._map_ns > self._map_within_ns:
            self._map_cause = Cause.MAP_CHANGED
        if self._rule is not None and now_ns - self._rule_ns > self._within_ns:
            self._rule_cause = _failure(self._rule)
        needed = (signature, rule if isinstance(self._rule, CpuState) else None)
        self.proven = all(seen is None or seen.cause is Cause.NONE for seen in needed)
        return self.verdict

    def _may_be_empty(self, rule: Seen | None) -> bool:
        """Tell whether what the rule's address says fits a PLC whose memory is all zeros."""
        if rule is None or self._rule is None:
            return True
        if isinstance(self._rule, CpuState):
            return rule.cause is Cause.NONE and rule.value not in self._rule.running
        return _is_zero(rule)

    def _observe_signature(self, wanted: MapSignature, seen: Seen, now_ns: int, *, empty: bool) -> None:
        """Judge the signature; `empty` when nothing else that was read speaks of a program at work."""
        if seen.cause is Cause.NONE:
            self._map_ns = now_ns
            wrong = Cause.ONLY_ZEROS if empty and _is_zero(seen) else Cause.MAP_CHANGED
            self._map_cause = Cause.NONE if seen.value == wanted.expected else wrong
        elif seen.cause is Cause.ILLEGAL_ADDRESS:
            self._map_ns = now_ns
            self._map_cause = Cause.MAP_CHANGED

    def _observe_rule(self, rule: LivenessRule, seen: Seen, now_ns: int) -> None:
        if seen.cause is not Cause.NONE:
            return
        if isinstance(rule, CpuState):
            self._rule_ns = now_ns
            self._rule_cause = Cause.NONE if seen.value in rule.running else Cause.PLC_NOT_RUNNING
            return
        if self._beat is not None and seen.value not in (self._beat, 0):
            self._rule_ns = now_ns
            self._rule_cause = Cause.NONE
        self._beat = seen.value


def _is_zero(seen: Seen) -> bool:
    return seen.cause is Cause.NONE and seen.value == 0


def _failure(rule: LivenessRule) -> Cause:
    return Cause.HEARTBEAT_STOPPED if isinstance(rule, Heartbeat) else Cause.PLC_NOT_RUNNING
