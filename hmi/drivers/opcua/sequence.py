"""Follows the numbers of a subscription's messages and finds those that are missing (UA-20, UA-21). Pure."""

LAST = 2**32 - 1
"""After it comes 1, not 0 (part 4, 7.21)."""


def following(number: int) -> int:
    """Give the number after a number."""
    return 1 if number >= LAST else number + 1


class Sequence:
    """The numbers of one subscription."""

    def __init__(self) -> None:
        """Start before the first message, which has the number 1."""
        self._next = 1

    def take(self, number: int, *, keep_alive: bool) -> list[int] | None:
        """Take the number of a message.

        Args:
            number: of the message; a keep-alive carries that of the next one.
            keep_alive: it is one.

        Returns:
            The numbers that are missing before it; None for a message that has been taken already.
        """
        ahead = (number - self._next) % LAST
        if ahead > LAST // 2:
            return None
        missing = []
        wanted = self._next
        for _ in range(min(ahead, MOST_MISSING)):
            missing.append(wanted)
            wanted = following(wanted)
        self._next = number if keep_alive else following(number)
        return missing


MOST_MISSING = 1000
"""So many are named at most; whoever has lost more reads everything anew."""
