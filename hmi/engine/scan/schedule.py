"""When which poll of a device is due. Pure; used by `DeviceScan`, once a poll."""

from collections.abc import Iterable, Mapping

from hmi.model.device import ScanClass


class Schedule:
    """The beats of a device's scan classes; a beat that has passed is left out, never made up for."""

    def __init__(self) -> None:
        """Start with everything due."""
        self.missed = 0
        """Beats left out since start."""
        self._due_s: dict[str, float] = {}

    def restart(self) -> None:
        """Make everything due now."""
        self._due_s.clear()

    def keep(self, names: Iterable[str]) -> None:
        """Forget the classes that are polled no more; those that stay keep their beat."""
        wanted = set(names)
        self._due_s = {name: due for name, due in self._due_s.items() if name in wanted}

    def choose(self, scans: Mapping[str, ScanClass], now_s: float) -> tuple[str, float] | None:
        """Choose the class to be polled next.

        Of several that are overdue it is the one that has waited for the most of its own periods, so that under
        overload each class is asked more seldom and none never; of equals the one with the shorter period.

        Args:
            scans: the classes by name.
            now_s: time of the event loop.

        Returns:
            Its name and how long to wait for it, seconds (0 when it is due); None when there is no class.
        """
        best: tuple[float, float, int] | None = None
        chosen: tuple[str, float] | None = None
        for name, scan in scans.items():
            wait_s = self._due_s.setdefault(name, now_s) - now_s
            key = (max(wait_s, 0.0), min(wait_s, 0.0) / scan.period_ms, scan.period_ms)
            if best is None or key < best:
                best, chosen = key, (name, max(wait_s, 0.0))
        return chosen

    def hasten(self, name: str, now_s: float) -> None:
        """Make a class due now; its beat goes on from here."""
        if name in self._due_s:
            self._due_s[name] = min(self._due_s[name], now_s)

    def done(self, scan: ScanClass, now_s: float) -> None:
        """Set when a class is due again: on its own beat, leaving out the beats that have passed."""
        due_s = self._due_s.get(scan.name)
        if due_s is None:
            return
        period_s = scan.period_ms / 1000
        due_s += period_s
        if due_s <= now_s:
            missed = int((now_s - due_s) / period_s) + 1
            self.missed += missed
            due_s += missed * period_s
        self._due_s[scan.name] = due_s
