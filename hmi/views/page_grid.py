"""Where the parts of the alarm page stand (LOOK.md section 9): a lay-out for large screens, another for small. Pure.

On the large one a wider or higher page gives what is more to list, journal and guidance. On the small one areas are
one row of chips, and journal and rate share a place; nothing is scaled.
"""

import msgspec

SMALL_WIDTH = 1640
"""A narrower page has the small lay-out, pixels: beside places and guidance a list needs 780."""
Box = tuple[int, int, int, int]
"""x, y, width, height in pixels of the page."""


class Grid(msgspec.Struct, frozen=True):
    """Places of the cards."""

    small: bool
    groups: Box
    rate: Box
    """On the small lay-out the same as `journal`: one of both is seen."""
    list: Box
    journal: Box
    guidance: Box


def grid_of(width: int, height: int) -> Grid:
    """Give the places on a page; 1920 x 980 and 1366 x 668 are those of LOOK.md, less the header."""
    if width < SMALL_WIDTH:
        edge, gap, side, chips = 12, 12, min(400, round(width * 0.34)), 52
        left = width - 2 * edge - gap - side
        below = height - 2 * edge
        listed = round((below - chips - 2 * gap) * 0.6)
        at = edge + chips + gap
        journal = (edge, at + listed + gap, left, below - chips - listed - 2 * gap)
        return Grid(
            small=True,
            groups=(edge, edge, left, chips),
            rate=journal,
            list=(edge, at, left, listed),
            journal=journal,
            guidance=(edge + left + gap, edge, side, below),
        )
    edge, gap, groups, side, rate = 16, 16, 296, 464, 312
    inside = height - 2 * edge
    middle = edge + groups + gap
    wide = width - middle - gap - side - edge
    listed = round((inside - gap) * 540 / 932)
    return Grid(
        small=False,
        groups=(edge, edge, groups, inside - gap - rate),
        rate=(edge, edge + inside - rate, groups, rate),
        list=(middle, edge, wide, listed),
        journal=(middle, edge + listed + gap, wide, inside - gap - listed),
        guidance=(middle + wide + gap, edge, side, inside),
    )
