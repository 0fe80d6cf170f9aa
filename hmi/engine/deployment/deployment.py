"""Apply: a checked copy of the working folder takes the place of the one that runs, or the one before comes back.

Engine process; asked by the engine's end of the link. Reading, checking and copying happen in a thread; only the
change of rows and polls is on the event loop (`Engine.apply`).
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from hmi.engine.apply import Difference
from hmi.engine.deployment.copies import Copies, Copy
from hmi.model.clock import Clock
from hmi.model.errors import HmiError
from hmi.model.event import AuditKind, AuditRow
from hmi.model.project import Project
from hmi.model.reason import Reason, reason
from hmi.project import Severity
from hmi.project.check import check_folder
from hmi.project.diff import ObjectChange, diff_projects
from hmi.store.contract import Keeper

MOST_LINES = 500
_AUDITED = 100
"""Lines of the difference that the audit trail keeps; it also keeps how many there were."""


class Refusal(HmiError):
    """The project is not taken; the one before runs on."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """What an apply changed, or would change."""

    number: int
    """Of the copy that runs now."""
    before: int
    """Of the copy that one step back goes to; 0 when there is none."""
    lines: tuple[Reason, ...]
    total: int
    restarted: tuple[str, ...]
    """Devices whose connection is made anew."""


class Deployment:
    """Applies projects to a running engine."""

    def __init__(
        self,
        copies: Copies,
        running: Copy,
        project: Callable[[], Project],
        apply: Callable[[Project], Awaitable[Difference]],
        keeper: Keeper,
        clock: Clock,
    ) -> None:
        """Start with the copy that runs.

        Args:
            copies: of the station.
            running: the one that the engine was started with.
            project: gives what runs.
            apply: `Engine.apply`.
            keeper: of the audit trail.
            clock: of its stamps.
        """
        self._copies = copies
        self.running = running
        self._project = project
        self._apply = apply
        self._keeper = keeper
        self._clock = clock
        self._turn = asyncio.Lock()

    async def look(self, folder: Path | None) -> Deployed:
        """Say what an apply would change; None looks one step back.

        Raises:
            Refusal: when it would be refused.
        """
        source = folder if folder is not None else self._back().folder
        project = await asyncio.to_thread(self._checked, source)
        said = await asyncio.to_thread(self._difference, project, self.running, ())
        number = self._copies.next_number() if folder is not None else self._back().number
        return dataclasses.replace(said, number=number, before=self.running.number)

    async def apply(self, folder: Path | None, *, user: str, station: str) -> Deployed:
        """Let a folder's project run from now on; None goes one step back.

        Returns:
            What was done, once its record is durable.

        Raises:
            Refusal: when the project is broken or another one; nothing was changed.
            EnvironmentFault: when it cannot be copied; nothing was changed.
        """
        async with self._turn:
            before = self.running
            copy = self._back() if folder is None else await asyncio.to_thread(self._copies.take, folder)
            try:
                project = await asyncio.to_thread(self._checked, copy.folder)
                said = await asyncio.to_thread(self._difference, project, copy, ())
                await asyncio.to_thread(self._copies.use, copy)
                try:
                    done = await self._apply(project)
                except BaseException:
                    await asyncio.shield(asyncio.to_thread(self._copies.use, before))
                    raise
            except BaseException:
                if folder is not None:
                    self._copies.drop(copy)
                raise
            self.running = copy
            names = tuple(device.device.name for device in done.started)
            deployed = Deployed(copy.number, said.before, said.lines, said.total, names)
            await self._keeper.keep(self._row(deployed, before, user, station, back=folder is None))
            return deployed

    # ------------------------------------------------------------------------------------------------ inside

    def _back(self) -> Copy:
        copy = self._copies.before(self.running)
        if copy is None:
            raise Refusal("engine.no_step_back")
        return copy

    def _checked(self, folder: Path) -> Project:
        result = check_folder(folder)
        errors = [problem for problem in result.problems if problem.severity is Severity.ERROR]
        if errors or result.project is None:
            first = errors[0] if errors else None
            raise Refusal(
                "engine.apply_broken",
                count=len(errors),
                file=first.file if first is not None else "project.json",
                line=first.line if first is not None else 0,
                item=first.place if first is not None else "",
            )
        if result.project.header.id != self._project().header.id:
            raise Refusal("engine.other_project", name=result.project.header.name)
        return result.project

    def _difference(self, project: Project, copy: Copy, restarted: tuple[str, ...]) -> Deployed:
        changes = diff_projects(self._project(), project)
        before = self._copies.before(copy) if copy is self.running else self.running
        number = before.number if before is not None else 0
        lines = tuple(_line(change) for change in changes[:MOST_LINES])
        return Deployed(copy.number, number, lines, len(changes), restarted)

    def _row(self, deployed: Deployed, before: Copy, user: str, station: str, *, back: bool) -> AuditRow:
        details = {
            "number": str(deployed.number),
            "before": str(before.number),
            "changes": str(deployed.total),
            **({"back": "yes"} if back else {}),
        }
        for at, line in enumerate(deployed.lines[:_AUDITED]):
            words = line.arguments
            details[f"change {at + 1}"] = f"{line.code.rpartition('.')[2]} {words['what']} {words['name']}"
        return AuditRow(
            kind=AuditKind.APPLY, server_ns=self._clock.wall_ns(), user=user, station=station, details=details
        )


def _line(change: ObjectChange) -> Reason:
    """Give a change as words that every reader says in its own language."""
    fields = ", ".join(field.field for field in change.fields[:8])
    return reason(f"engine.change.{change.change.value}", what=change.kind, name=change.name, fields=fields)
