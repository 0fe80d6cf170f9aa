"""In which line of a JSON text each value stands, for `project.json`, which is written over several lines. Pure.

Called by the reader and by the check; the parsers of JSON tell no places of what they have understood.
"""

import re

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def positions(content: bytes) -> dict[str, int]:
    """Give the line, from 1, of each value by its place (`$.scan_classes[1].period_ms`).

    Of a key that stands twice in one object the second counts.

    Args:
        content: well-formed JSON.
    """
    text = content.decode("utf-8", "replace")
    found: dict[str, int] = {}
    open_places: list[str | int] = []
    """Of each object that is open the key at which we are (empty before the first), of each list the index."""
    key = ""
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word in ("}", "]"):
            if open_places:
                open_places.pop()
            continue
        if word == ",":
            if open_places and isinstance(open_places[-1], int):
                open_places[-1] += 1
            continue
        line = text.count("\n", 0, token.start()) + 1
        if word == ":":
            if open_places:
                open_places[-1] = key
                found[_place(open_places)] = line
            continue
        key = word[1:-1]
        if open_places and isinstance(open_places[-1], int):
            found[_place(open_places)] = line
        if word in ("{", "["):
            open_places.append("" if word == "{" else 0)
    return found


def line_of(content: bytes, place: str) -> int:
    """Give the line of a place, or of the nearest thing around it; a bare key is looked for everywhere."""
    known = positions(content)
    if place and not place.startswith("$"):
        return max((line for path, line in known.items() if path.endswith(f".{place}")), default=1)
    while place and place not in known:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return known.get(place, 1)


def _place(open_places: list[str | int]) -> str:
    return "$" + "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in open_places)
