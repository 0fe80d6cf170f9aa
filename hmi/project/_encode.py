"""Writes structs as one compact line: only what differs from the default, keys in the order of the struct. Pure.

msgspec's own `omit_defaults` compares by identity, so an equal `Span()` would be written; here values are compared.
Equal structs give equal bytes: whole floats lose their point (also -0.0), keys of mappings are sorted, raw parts stay
as they are.
"""

import math
from functools import cache
from typing import Any

import msgspec

from hmi.model.errors import ProjectError

_WHOLE = 1e15
"""Below it a whole float is written without point and exponent."""


@cache
def _plan(kind: type[msgspec.Struct]) -> tuple[tuple[tuple[str, str, Any], ...], tuple[str, str] | None]:
    """List (attribute, key, default) of a struct's fields, and its tag."""
    fields = []
    for one in msgspec.structs.fields(kind):
        default = one.default
        if default is msgspec.NODEFAULT and one.default_factory is not msgspec.NODEFAULT:
            default = one.default_factory()
        fields.append((one.name, one.encode_name, default))
    config = kind.__struct_config__
    tag = (str(config.tag_field), str(config.tag)) if config.tag_field else None
    # Identity and name come first, whatever struct the field is inherited from: a line is found by its beginning.
    first = {"id": 0, "path": 1, "name": 2, "member": 2, "tag": 2}
    fields.sort(key=lambda field: first.get(field[0], 3))
    return tuple(fields), tag


def plain(value: Any) -> Any:
    """Give a struct, or what it holds, as JSON values without defaults.

    Raises:
        ProjectError: a number is infinite or not a number, which JSON cannot say.
    """
    if isinstance(value, msgspec.Struct):
        fields, tag = _plan(type(value))
        shown: dict[str, Any] = {tag[0]: tag[1]} if tag else {}
        for name, key, default in fields:
            inner = getattr(value, name)
            if inner != default:
                shown[key] = plain(inner)
        return shown
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ProjectError("project.not_finite", number=str(value))
        return int(value) if -_WHOLE < value < _WHOLE and value == int(value) else value
    if isinstance(value, dict):
        return {key: plain(value[key]) for key in sorted(value)}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, msgspec.Raw):
        return one_line(value)
    return value


def one_line(raw: msgspec.Raw) -> msgspec.Raw:
    """Give raw JSON without line ends, which would tear the line of its item; otherwise byte for byte as it is."""
    content = bytes(raw)
    if b"\n" in content or b"\r" in content:
        return msgspec.Raw(msgspec.json.format(content, indent=-1))
    return raw


def encode_line(value: Any, **head: Any) -> bytes:
    """Encode one item as a line without its end.

    Args:
        value: a struct of the model.
        head: keys that come first, for headers (`format`, `kind`).
    """
    return msgspec.json.encode({**head, **plain(value)})


def encode_props(props: msgspec.Struct) -> msgspec.Raw:
    """Encode the properties of an element as they are kept in its envelope: only what differs from the default."""
    return msgspec.Raw(msgspec.json.encode(plain(props)))
