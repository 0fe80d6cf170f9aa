"""Judges alarm conditions, all that a tick touched at once. Engine process, event loop; objects only for edges.

A condition is a row of columns here. Two things are known of each: whether it is met (comparator with its deadband on
the return side, AL-24) and whether it is on (met, or not met, for its whole delay). A condition whose source is not
good is frozen: it stays as it is, and a delay that was running begins anew with good data (AL-15).

The cheap half is the band: for every row of the image the open interval in which no comparator of that row would
change. What a tick changed inside its band and with good quality is done with after six array operations; only the
rest is expanded into conditions and judged.
"""

from collections.abc import Iterator
from math import isfinite
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hmi.engine.alarms.plan import AlarmPlan
from hmi.engine.alarms.ports import Report, Rows
from hmi.engine.alarms.settings import Settings
from hmi.engine.alarms.watch import Watch
from hmi.image.contract import I8, U2, U4, Indices
from hmi.model.alarm import AlarmKind
from hmi.model.quality import Cause, Status

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

NEVER = np.iinfo(np.int64).max
_UNCERTAIN_CODE = int(Status.UNCERTAIN)
_UNCERTAIN, _BAD = np.uint32(Status.UNCERTAIN), np.uint32(Status.BAD)
_OF_TAGS = np.uint16(Cause.ILLEGAL_FUNCTION)
"""Causes from here on are of the tag itself; those below are of its device or of the engine."""
_ABOVE, _BELOW = np.uint16(Cause.ABOVE_RANGE), np.uint16(Cause.BELOW_RANGE)
_SMALL = 16_000
"""So many rows have temporaries that the allocator does not map anew each time (128 kB), and need none of ours."""
_NO_ROWS: Indices = np.empty(0, dtype=np.intp)


class Evidence(NamedTuple):
    """The value by which it was decided, as the journal keeps it."""

    value: float | None = None
    status: int = 0
    cause: int = 0
    source_ns: int = 0
    receive_ns: int = 0


class Found(NamedTuple):
    """One condition that came or went, its delay over."""

    place: int
    """Of the condition."""
    rising: bool
    since_ns: int
    """Wall ns UTC of the receipt of the value with which that began."""
    evidence: Evidence
    start_up: bool
    reliable: bool


class Conditions:
    """The conditions of one plan over one generation of the image."""

    def __init__(self, plan: AlarmPlan, rows: Rows) -> None:
        """Take rows and settings; nothing is met yet. Quick, for the event loop waits.

        Args:
            plan: the alarms; one whose tag has no row stays out.
            rows: where the tags are.
        """
        self._plan = plan
        self._writer = rows.writer
        self._columns = rows.writer.columns
        row_of = rows.row_of
        found = np.array([row_of(number) or 0 for number in plan.settings.numbers], dtype=np.intp)
        order = np.argsort(found, kind="stable")
        self._of: Indices = order[np.searchsorted(found[order], 1) :]
        """Place in the plan of each condition; those of one row lie side by side."""
        self._at: Indices = np.full(len(found), -1, dtype=np.intp)
        self._at[self._of] = np.arange(len(self._of))
        """The condition of each alarm of the plan, -1 without."""
        self.row: Indices = found[self._of]
        capacity, count = len(self._columns.ident), len(self._of)
        self._first: Indices = np.searchsorted(self.row, np.arange(capacity + 1)).astype(np.intp)
        """Per row of the image: its first condition."""
        self._take_settings(plan.settings)
        self.met: Mask = np.zeros(count, dtype=np.bool_)
        self.on: Mask = np.zeros(count, dtype=np.bool_)
        self.live: Mask = np.zeros(count, dtype=np.bool_)
        """The alarm is not normal; kept by the desk."""
        self.trouble: Mask = np.zeros(count, dtype=np.bool_)
        """Its source is not good; kept of what is live."""
        self.due: I8 = np.full(count, NEVER, dtype=np.int64)
        """Monotonic ns at which a running delay ends."""
        self._since: I8 = np.zeros(count, dtype=np.int64)
        self._since_wall: I8 = np.zeros(count, dtype=np.int64)
        self._began: F8 = np.zeros(count)
        """Value with which a running delay began."""
        self._start_up: Mask = np.zeros(count, dtype=np.bool_)
        self._band = np.full(capacity, complex(-np.inf, np.inf), dtype=np.complex128)
        self._low, self._high = self._band.real, self._band.imag
        """The band per row of the image: a value above the first and not above the second changes nothing; in a row
        without conditions that is every value. Both lie side by side, as the parts of one number: at 10 Hz they are
        never in the processor's cache, and so a row costs one way to the memory instead of two."""
        self._low[self.row], self._high[self.row] = np.inf, -np.inf
        self._marks: Mask = np.zeros(capacity, dtype=np.bool_)
        self._value, self._ends = np.empty(capacity), np.empty(capacity, dtype=np.complex128)
        self._over, self._past = np.empty(capacity, dtype=np.bool_), np.empty(capacity, dtype=np.bool_)
        self._alive: set[int] = set()
        """Conditions that are `live`; there are few, and looking for them among all costs more than they do."""
        self._waiting: set[int] = set()
        """All conditions whose delay runs, and some whose delay has ended."""
        self._always: Indices = np.unique(self.row[self._unreported])
        self._attended: Indices | None = None
        """Rows that a sweep looks at; None when they have to be gathered anew."""
        self._seen = -1
        """Change sequence of the image up to which everything was looked at."""
        self.earliest = NEVER
        """No delay ends before this, monotonic ns."""
        self.found: list[Found] = []
        """What came and went since `take`."""
        self.again: list[int] = []
        """Conditions that were met once more before their off delay was over."""
        self.changed_trust: list[int] = []
        """Live conditions whose source became good or stopped being so."""

    def _take_settings(self, settings: Settings) -> None:
        """Bring the settings into the order of the conditions."""
        of = self._of
        self._sign, self._limit, self._back = settings.sign[of], settings.limit[of], settings.back[of]
        self._discrete, self._quality = settings.discrete[of], settings.quality[of]
        self._special = bool(self._discrete.any() or self._quality.any())
        self._sets = settings.sets
        self._on_delay, self._off_delay = settings.on_delay[of], settings.off_delay[of]
        self._devices: dict[str, int] = {name: at for at, name in enumerate(settings.device_names)}
        self._device = settings.device[of]
        self._well: Mask = np.ones(len(settings.device_names), dtype=np.bool_)
        self._unreported = settings.unreported[of]
        self._every: Mask = np.zeros(len(self._columns.ident), dtype=np.bool_)
        """Rows whose tag has a deadband: a value may pass a limit without being in the list of changes."""
        self._every[self.row[settings.every[of]]] = True
        self._any_every = bool(self._every.any())

    def watch(self, place: int) -> Watch:
        """Give the alarm of a condition."""
        return self._plan.watches[int(self._of[place])]

    def place(self, watch: Watch) -> int | None:
        """Give the condition of an alarm, None when it has none."""
        at = self._plan.places.get(watch.key)
        found = int(self._at[at]) if at is not None else -1
        return found if found >= 0 else None

    # ------------------------------------------------------------------------------------------------ looking

    def look(self, report: Report) -> None:
        """Judge what a tick changed; what comes of it is in `found`, `again` and `changed_trust`."""
        rows, status, seen = report.changed, report.status, report.change_sequence
        count = len(rows)
        if seen - self._seen <= (1 if count else 0):
            self._seen = seen  # otherwise something else was written too, and the next sweep looks for it
        if self._any_every:
            more = report.rows[self._every[report.rows]]
            if len(more) and count != len(report.rows):
                rows = np.union1d(rows, more)
                count = len(rows)
        if not count:
            return
        all_good = report.all_good or status.item(status.argmax()) < _UNCERTAIN_CODE
        if count <= _SMALL and all_good:  # nearly every tick; the same as `_outside`
            value, band = self._columns.value.take(rows), self._band.take(rows)
            mask = (value > band.real) <= (value > band.imag)
            if not mask.item(mask.argmax()):
                return
            odd = rows[mask]
        else:
            odd = self._outside(rows, all_good=all_good)
            if not len(odd):
                return
        initial = None
        if report.initial.any():
            self._marks[report.rows] = report.initial
            initial = self._marks[odd]
            self._marks[report.rows] = False
        self.judge_rows(odd, initial)

    def judge_device(self, device: str, *, well: bool) -> None:
        """Freeze or thaw what a device brings; its first good values after that are those of a start."""
        at = self._devices.get(device)
        if at is None or not device or bool(self._well[at]) is well:
            return
        self._well[at] = well
        rows = np.unique(self.row[self._device == at])
        self.judge_rows(rows, np.ones(len(rows), dtype=np.bool_))

    def judge_all(self) -> None:
        """Judge everything, as a start does."""
        rows = np.unique(self.row)
        self.judge_rows(rows, np.ones(len(rows), dtype=np.bool_))

    def sweep(self) -> None:
        """Judge what no tick reports: quality that was laid over rows, stale rows, health tags."""
        written = self._writer.change_sequence
        if written == self._seen:
            return
        self._seen = written
        if self._attended is None:
            some = self._alive | self._waiting
            at = np.fromiter(some, dtype=np.intp, count=len(some))
            self._attended = np.union1d(self._always, self.row[at])
        odd = self._outside(self._attended, all_good=False)
        if len(odd):
            self.judge_rows(odd, None)

    def pass_time(self, now_ns: int) -> None:
        """Bring delays to their end.

        Args:
            now_ns: monotonic.
        """
        if now_ns < self.earliest:
            return
        due = self._waiting_until(now_ns)
        if len(due):
            self.judge_rows(np.unique(self.row[due]), None)  # what has gone bad meanwhile is frozen instead
            self._fire(self._waiting_until(now_ns))
        left = self._waiting_until(NEVER - 1)
        self._waiting = set(left.tolist())
        self.earliest = int(self.due[left].min()) if len(left) else NEVER

    def _waiting_until(self, end_ns: int) -> Indices:
        """Give the conditions whose delay runs and ends by a time, in order."""
        waiting = np.sort(np.fromiter(self._waiting, dtype=np.intp, count=len(self._waiting)))
        return waiting[self.due[waiting] <= end_ns]

    def stood(self, index: int, *, active: bool) -> None:
        """Take over a condition that stood before the start; its source has still to be heard of."""
        self._alive.add(index)
        self.met[index] = self.on[index] = active
        self.due[index] = NEVER
        self.live[index] = self.trouble[index] = True
        self._attended = None

    def set_live(self, index: int, *, live: bool) -> None:
        """Say whether the alarm of a condition is not normal."""
        self.live[index] = live
        (self._alive.add if live else self._alive.discard)(index)
        self._attended = None

    def carry(self, before: "Conditions") -> None:
        """Take over what is known of the conditions that stay; a running delay goes on."""
        places, keys = self._plan.places, before.keys()
        now = np.array([places.get(key, -1) for key in keys], dtype=np.intp)
        at = np.where(now >= 0, self._at[now], -1) if len(self._at) else now
        old = np.flatnonzero(at >= 0)
        new = at[old]
        if not len(new):
            return
        for name in ("met", "on", "live", "trouble", "_since", "_since_wall", "_began", "_start_up"):
            getattr(self, name)[new] = getattr(before, name)[old]
        self._alive = set(np.flatnonzero(self.live).tolist())
        self._attended = None
        running = before.due[old] != NEVER
        which = new[running]
        self._waiting.update(which.tolist())
        self.due[which] = self._since[which] + self._delay(which, self.met[which])
        self.earliest = min(self.earliest, int(self.due.min()))

    def keys(self) -> list[tuple[str, str, AlarmKind]]:
        """Give the keys of all alarms, in the order of the conditions."""
        watches = self._plan.watches
        return [watches[at].key for at in self._of.tolist()]

    def set_well(self, device: str, *, well: bool) -> None:
        """Say how a device is, without judging."""
        if device in self._devices:
            self._well[self._devices[device]] = well

    def evidence(self, index: int) -> Evidence:
        """Give the newest value of a condition's tag."""
        return self._evidence(index, float(self._columns.value[self.row[index]]))

    # ------------------------------------------------------------------------------------------------ judging

    def _outside(self, rows: Indices, *, all_good: bool) -> Indices:
        """Give those of some rows whose value has left their band, or whose source is not good.

        As few calls as there can be, and only those that numpy has in C: at 10 Hz the code of a call is never in the
        processor's cache, so each costs 5 to 10 us however few rows there are.

        Args:
            rows: each once.
            all_good: it is known that their sources are good.
        """
        count = len(rows)
        if not count:
            return _NO_ROWS
        values = self._columns.value
        if count <= _SMALL:
            value, band = values.take(rows), self._band.take(rows)
            odd = (value > band.real) <= (value > band.imag)
        else:
            value = values.take(rows, out=self._value[:count], mode="clip")
            band = self._band.take(rows, out=self._ends[:count], mode="clip")
            over = np.greater(value, band.real, out=self._over[:count])
            past = np.greater(value, band.imag, out=self._past[:count])
            odd = np.less_equal(over, past, out=past)
        if not all_good:
            odd |= self._columns.status.take(rows) >= _UNCERTAIN
        return rows[odd] if odd.item(odd.argmax()) else _NO_ROWS

    def judge_rows(self, rows: Indices, initial: Mask | None) -> None:
        """Judge all conditions of rows.

        Args:
            rows: of the image, each once.
            initial: per row, whether its value is the first good one; None is nowhere.
        """
        counts = self._first[rows + 1] - self._first[rows]
        used = counts > 0
        rows, counts = rows[used], counts[used]
        if not len(rows):
            return
        if initial is not None:
            initial = np.repeat(initial[used], counts)
        starts = np.cumsum(counts) - counts
        which = np.repeat(self._first[rows] - starts, counts) + np.arange(int(counts.sum()))
        good = self._judge(which, initial)
        self._low[rows], self._high[rows] = self._bands(which, good, starts)

    def _judge(self, which: Indices, initial: Mask | None) -> Mask:
        """Judge conditions; tells which have a source to be trusted."""
        columns, row = self._columns, self.row[which]
        value, status, cause = columns.value[row], columns.status[row], columns.cause[row]
        well, met, sign = self._well[self._device[which]], self.met[which], self._sign[which]
        with np.errstate(invalid="ignore"):
            new = value * sign >= np.where(met, self._back[which], self._limit[which])
        good = well & (status < _UNCERTAIN) & ~np.isnan(value)
        # Beyond the instrument's range the value is held at its end: surely beyond the limit, but no proof of a return.
        beyond = ((cause == _ABOVE) & (sign > 0)) | ((cause == _BELOW) & (sign < 0))
        known = good | (well & beyond & new)
        if self._special:
            new, good, known = self._judge_special(which, value, status, cause, (new, good, known), well)
        lost = which[~known & (self.due[which] != NEVER)]
        self.due[lost] = NEVER
        self.met[lost] = self.on[lost]
        turned = which[self.live[which] & (self.trouble[which] == good)]
        if len(turned):
            self.trouble[turned] ^= True
            self.changed_trust += turned.tolist()
        edge = known & (new != met)
        if len(lost):
            self._attended = None
        if edge.any():
            self._attended = None
            self._begin(which[edge], new[edge], value[edge], initial[edge] if initial is not None else None)
        return np.asarray(good, dtype=np.bool_)

    def _judge_special(
        self, which: Indices, value: F8, status: U4, cause: U2, limits: tuple[Mask, Mask, Mask], well: Mask
    ) -> tuple[Mask, Mask, Mask]:
        """Judge what has no limit: numbers that are alarms, and the quality itself."""
        new, good, known = limits
        discrete, quality = self._discrete[which], self._quality[which]
        if discrete.any():
            new = np.where(discrete, self._sets.hold(self._of[which], value), new)
            known = np.where(discrete, good, known)
        if quality.any():
            own = well & ((cause == 0) | (cause >= _OF_TAGS))
            new = np.where(quality, status >= _BAD, new)
            good = np.where(quality, own, good)
            known = np.where(quality, own, known)
        return new, good, known

    def _begin(self, which: Indices, rising: Mask, value: F8, initial: Mask | None) -> None:
        """Let comparators change: a delay begins, or one that was running ends without effect."""
        received = self._columns.mono_ns[self.row[which]]
        self.met[which] = rising
        back = rising == self.on[which]
        if back.any():
            late = back & (self.due[which] <= received)
            if late.any():  # the delay was over before this value came, and the timer late
                self.due[which[back & ~late]] = NEVER
                self._fire(which[late], late=True)
                back &= ~late
            ended = which[back]
            self.due[ended] = NEVER
            self.again += which[back & rising].tolist()
        going = ~back
        which, rising = which[going], rising[going]
        if not len(which):
            return
        self._since[which] = received[going]
        self._since_wall[which] = self._columns.receive_ns[self.row[which]]
        self._began[which] = value[going]
        self._start_up[which] = rising & initial[going] if initial is not None else False
        delay = self._delay(which, rising)
        self.due[which] = received[going] + delay
        waiting = delay > 0
        if waiting.any():
            self._waiting.update(which[waiting].tolist())
            self.earliest = min(self.earliest, int(self.due[which[waiting]].min()))
        at_once = which[~waiting]
        if len(at_once):
            self._fire(at_once)

    def _delay(self, which: Indices, rising: Mask) -> I8:
        return np.where(rising, self._on_delay[which], self._off_delay[which])

    def _fire(self, which: Indices, *, late: bool = False) -> None:
        """Let conditions come or go: their delay is over. `late`: the value has moved on since."""
        on = ~self.on[which]
        self.on[which] = on
        self._attended = None
        self.due[which] = NEVER
        values = self._began[which] if late else self._columns.value[self.row[which]]
        columns, row = self._columns, self.row[which]
        parts = (
            values, columns.status[row], columns.cause[row], columns.source_ns[row], columns.receive_ns[row],
            which, on, self._since_wall[which], self._start_up[which], self._quality[which],
        )  # fmt: skip
        for value, status, cause, source_ns, receive_ns, place, rising, since, start_up, quality in zip(
            *(part.tolist() for part in parts), strict=True
        ):
            number = value if isfinite(value) else None
            evidence = Evidence(number, status, cause, source_ns, receive_ns)
            self.found.append(Found(place, rising, since, evidence, start_up, quality or status < _UNCERTAIN_CODE))

    def _evidence(self, index: int, value: float) -> Evidence:
        columns, row = self._columns, int(self.row[index])
        return Evidence(
            value if np.isfinite(value) else None,
            int(columns.status[row]),
            int(columns.cause[row]),
            int(columns.source_ns[row]),
            int(columns.receive_ns[row]),
        )

    def _bands(self, which: Indices, good: Mask, starts: Indices) -> tuple[F8, F8]:
        """Give the bands of rows whose conditions stand in `which`, each row's from `starts` on."""
        met, sign = self.met[which], self._sign[which]
        bound = np.where(met, self._back[which], self._limit[which]) * sign
        low = np.where((sign > 0) == met, bound, -np.inf)
        # A high limit is met when it is reached: so the highest value inside is the one below it.
        high = np.where((sign > 0) == met, np.inf, np.where(sign > 0, np.nextafter(bound, -np.inf), bound))
        always = ~good | self._discrete[which] | (self._quality[which] & met)
        free = self._quality[which] & ~always
        low[free], high[free] = -np.inf, np.inf
        low[always], high[always] = np.inf, -np.inf
        return np.maximum.reduceat(low, starts), np.minimum.reduceat(high, starts)

    def take(self) -> Iterator[Found]:
        """Give what came and went, in the order of the source's time where there is one, and forget it."""
        found, self.found = self.found, []
        if len(found) > 1:
            found.sort(key=lambda one: one.evidence.source_ns or one.evidence.receive_ns)
        return iter(found)
