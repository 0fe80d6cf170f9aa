"""Contrast of a theme: WCAG 2.2 ratios of every pair that is used, and CIELAB chroma (LOOK.md sections 3 and 4).

A theme is complete only when nothing is found here. Called by tests, and by whoever checks a theme of his own.
"""

from collections.abc import Mapping

TEXT, GRAPHIC = 4.5, 3.0
"""Least ratio of a text and of a graphic that carries meaning (WCAG 2.2, 1.4.3 and 1.4.11)."""
MOST_CHROMA, LEAST_ALARM_CHROMA = 35.0, 59.0
"""Alarm is the only strong colour on any page."""
ALARM = ("p1", "p2", "p3")

PAIRS: tuple[tuple[str, str, float], ...] = (
    *((ink, ground, TEXT) for ink in ("ink", "ink2") for ground in ("bg", "card", "head", "well", "track")),
    ("ink3", "card", TEXT),
    ("ink3", "track", TEXT),
    *(("value", ground, TEXT) for ground in ("card", "head", "track", "liq", "liqhi", "shellhi")),
    ("ink", "liq", TEXT),
    ("ink", "sel", TEXT),
    ("offink", "off", TEXT),
    ("sp", "card", TEXT),
    ("sp", "track", TEXT),
    ("p1d", "p1", TEXT),
    ("p2d", "p2", TEXT),
    ("p3d", "p3", TEXT),
    ("markink", "mark", TEXT),
    ("outl", "card", GRAPHIC),
    ("outl", "head", GRAPHIC),
    ("p1", "card", GRAPHIC),
    ("p3", "card", GRAPHIC),
    ("on", "off", GRAPHIC),
    ("edge", "card", GRAPHIC),
    ("pipe", "card", GRAPHIC),
    ("liqline", "liq", GRAPHIC),
    ("liqline", "shellhi", GRAPHIC),
    ("bandline", "track", GRAPHIC),
    ("bandline", "card", GRAPHIC),
    ("mark", "bandS", GRAPHIC),
    ("trend", "track", GRAPHIC),
    ("trend", "band", GRAPHIC),
    ("sp", "band", GRAPHIC),
    ("mark", "track", GRAPHIC),
    ("mark", "card", GRAPHIC),
    ("mark", "liq", GRAPHIC),
    ("hatch", "track", GRAPHIC),
    ("hatch", "card", GRAPHIC),
    ("focus", "card", GRAPHIC),
    *((f"pen{number}", "track", GRAPHIC) for number in range(1, 5)),
)
"""Token, ground, least ratio."""


def _linear(text: str) -> tuple[float, float, float]:
    """Turn #RRGGBB into linear light, 0 to 1 each (WCAG 2.2, relative luminance)."""
    channels = (int(text[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return red, green, blue


def luminance(text: str) -> float:
    """Give the relative luminance of #RRGGBB, 0 to 1."""
    red, green, blue = _linear(text)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(first: str, second: str) -> float:
    """Give the WCAG contrast ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def chroma(text: str) -> float:
    """Give the CIELAB chroma of #RRGGBB under D65 (CIE 15:2004)."""
    red, green, blue = _linear(text)
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = (one ** (1 / 3) if one > 216 / 24389 else (24389 / 27 * one + 16) / 116 for one in (x, y, z))
    return float(((500 * (fx - fy)) ** 2 + (200 * (fy - fz)) ** 2) ** 0.5)


def faults_of(tokens: Mapping[str, str]) -> list[str]:
    """Name every pair of a theme whose contrast is too low, and every colour that is too strong or too weak."""
    found = [
        f"{ink} on {ground}: {ratio(tokens[ink], tokens[ground]):.2f}, at least {least}"
        for ink, ground, least in PAIRS
        if ratio(tokens[ink], tokens[ground]) < least
    ]
    for token, text in tokens.items():
        strength = chroma(text)
        if token in ALARM and strength < LEAST_ALARM_CHROMA:
            found.append(f"{token}: chroma {strength:.0f}, at least {LEAST_ALARM_CHROMA:.0f}")
        elif token not in ALARM and strength > MOST_CHROMA:
            found.append(f"{token}: chroma {strength:.0f}, at most {MOST_CHROMA:.0f}")
    return found
