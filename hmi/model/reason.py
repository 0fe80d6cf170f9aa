"""Reasons: a code and its arguments, never a ready sentence, so that each reader says it in its own language.

Made by engine, project and drivers; said by `hmi.words`. The words stand in `resources/locale/<language>/<room>.po`
under the code (`cause.stale`, `address.order_contradicts_type`).
"""

import msgspec

Argument = str | int | float


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why something is as it is."""

    code: str
    """Dotted name of the sentence in the catalogue."""
    arguments: dict[str, Argument] = {}
    """What fills the gaps of the sentence."""


def reason(code: str, **arguments: Argument) -> Reason:
    """Make a reason from its code and the arguments of its sentence."""
    return Reason(code, arguments)
