"""The command door while nobody can sign in: every command is refused, in words. GUI thread."""

from hmi.model.command import Command, CommandResult, CommandState
from hmi.model.reason import reason


class LockedDoor:
    """Refuses every command because nobody is signed in; see `hmi.image.contract.CommandDoor`."""

    def submit(self, command: Command) -> CommandResult:
        """Refuse."""
        return CommandResult(id=command.id, state=CommandState.REJECTED, reason=reason("command.not_signed_in"))

    def take_results(self) -> list[CommandResult]:
        """Nothing was ever sent, so nothing comes back."""
        return []
