"""Lets several views ask through one door: each hears of its own commands, whoever takes the answers first.

Made by the shell with the first faceplate; before that the screen holds the engine's door itself. Window, GUI thread.
"""

from collections import deque

from hmi.image.contract import CommandDoor
from hmi.model.command import Command, CommandResult

KEPT = 1000
"""Commands whose asker is known; what is told later of an older one goes to the main branch."""


class SharedDoor:
    """One door with branches; the first branch is the main one."""

    def __init__(self, door: CommandDoor) -> None:
        """Share a door; from now on only branches may be asked."""
        self._door = door
        self._askers: dict[str, DoorBranch] = {}
        self.main = DoorBranch(self)
        """Hears also of what others have asked that are gone, and of what nobody here has asked."""

    def branch(self) -> "DoorBranch":
        """Give another one."""
        return DoorBranch(self)

    def leave(self, branch: "DoorBranch") -> None:
        """Let the main branch hear of what a branch has asked."""
        for ident, asker in self._askers.items():
            if asker is branch:
                self._askers[ident] = self.main
        self.main.results.extend(branch.results)
        branch.results.clear()

    def submit(self, command: Command, branch: "DoorBranch") -> CommandResult:
        """Ask for a branch."""
        self._askers[command.id] = branch
        while len(self._askers) > KEPT:
            del self._askers[next(iter(self._askers))]
        return self._door.submit(command)

    def hand_out(self) -> None:
        """Give each branch what has become of its commands."""
        for result in self._door.take_results():
            self._askers.get(result.id, self.main).results.append(result)


class DoorBranch:
    """The `CommandDoor` of one view."""

    def __init__(self, shared: SharedDoor) -> None:
        """Belong to a shared door."""
        self._shared = shared
        self.results: deque[CommandResult] = deque()

    def submit(self, command: Command) -> CommandResult:
        """Ask for a write; see `CommandDoor`."""
        return self._shared.submit(command, self)

    def take_results(self) -> list[CommandResult]:
        """Take what has become of the commands of this view."""
        self._shared.hand_out()
        taken = list(self.results)
        self.results.clear()
        return taken
