"""Format 0, of the time before the first release: how its objects become those of format 1. Called by `_migrate` only.

What was different: `version` for `format`; tags had `name`, `hi` and `lo`, `caption`, and were writable unless `ro`;
devices had `driver` and `settings`; scan classes were a mapping; a screen had `name`, `w`, `h`; an element had x, y, w,
h and one `tag`.
"""

from typing import Any

from hmi.project._kinds import Kind

Fields = dict[str, Any]


def _renamed(fields: Fields, names: dict[str, str]) -> Fields:
    """Rename keys; the others stay."""
    return {names.get(key, key): value for key, value in fields.items()}


def _titled(fields: Fields) -> Fields:
    """Turn `caption`, in the project's one language, into a text."""
    caption = fields.pop("caption", None)
    return {**fields, "title": {"en": caption}} if caption else fields


def project(fields: Fields) -> Fields:
    """Lift `project.json`."""
    lifted = _titled(dict(fields))
    lifted.pop("version", None)
    scan = lifted.pop("scan", None)
    if scan is not None:
        lifted["scan_classes"] = [{"name": name, "period_ms": period} for name, period in scan.items()]
    return {"format": 1, **lifted}


def header(fields: Fields, kind: Kind) -> Fields:
    """Lift the header of a file."""
    lifted = _titled(dict(fields))
    lifted.pop("version", None)
    if kind is Kind.SCREENS:
        lifted = _renamed(lifted, {"name": "path", "w": "width", "h": "height"})
    return {"format": 1, **lifted}


def item(fields: Fields, kind: Kind) -> Fields:
    """Lift one item."""
    lifted = _titled(dict(fields))
    match kind:
        case Kind.TAGS:
            return _tag(_renamed(lifted, {"name": "path"}))
        case Kind.TYPES:
            lifted = _renamed(lifted, {"name": "path"})
            lifted.setdefault("kind", "instance" if "of" in lifted else "type")
            if "members" in lifted:
                lifted["members"] = [_tag(_titled(dict(member))) for member in lifted["members"]]
            return lifted
        case Kind.DEVICES:
            return _renamed(lifted, {"driver": "protocol", "settings": "options"})
        case Kind.SCREENS:
            return _element(lifted)
        case Kind.NAVIGATION:
            screen = lifted.pop("screen", None)
            return {**lifted, "screens": [screen]} if screen else lifted
        case Kind.ALARMS:  # format 0 had none: a file beside the old ones is of a later hand
            return lifted


def _tag(fields: Fields) -> Fields:
    """Lift what tags and members have in common: format 0 let everything be written that was not `ro`."""
    low, high = fields.pop("lo", None), fields.pop("hi", None)
    ends = {key: end for key, end in (("low", low), ("high", high)) if end is not None}
    if ends:
        fields["span"] = ends
    if not fields.pop("ro", False):
        fields["writable"] = True
    return fields


def _element(fields: Fields) -> Fields:
    """Lift an element: four numbers become one list, the one tag becomes the slot `value`."""
    fields["at"] = [fields.pop(key) for key in ("x", "y", "w", "h")]
    tag = fields.pop("tag", None)
    if tag:
        fields["bind"] = {"value": f"{{{tag}}}"}
    return fields
