"""Reads the raw `props` of an element by its family's schema. Pure; used by the project check and by the drawing."""

import msgspec

from hmi.model.errors import ProjectError
from hmi.model.symbols.schema import Property, SymbolFamily


def decode_props(family: SymbolFamily, raw: bytes | msgspec.Raw) -> msgspec.Struct:
    """Decode properties and check their ranges and choices.

    Args:
        family: whose properties they are.
        raw: the JSON object as it stands in the file.

    Raises:
        ProjectError: a property is unknown, of a wrong kind, outside its range, or none of its choices.
    """
    try:
        props = msgspec.json.decode(bytes(raw), type=family.props)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise ProjectError("symbol.props_unreadable", family=family.name, fault=str(fault)) from fault
    for declared in family.properties:
        _check(declared, getattr(props, declared.name), family.name)
    return props


def _check(declared: Property, value: object, family: str) -> None:
    """Refuse a value outside the range or the choices of its property (None is "not set")."""
    if declared.choices and value not in declared.choices:
        choices = ", ".join(declared.choices)
        raise ProjectError("symbol.props_choice", family=family, name=declared.name, value=str(value), choices=choices)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return
    low, high = declared.low, declared.high
    if (low is not None and value < low) or (high is not None and value > high):
        raise ProjectError(
            "symbol.props_range",
            family=family,
            name=declared.name,
            value=value,
            low="" if low is None else low,
            high="" if high is None else high,
        )
