"""Stable identities: 13 characters of Crockford base32, which is exactly a 64-bit number. Pure.

Files, image, history and audit refer to things by these, so a rename changes nothing but a name.
"""

import hashlib

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base32 in lower case: no i, l, o, u."""
LENGTH = 13
_VALUES = {letter: number for number, letter in enumerate(ALPHABET)}
_LETTERS = frozenset(ALPHABET)


def new_id() -> str:
    """Make a random identity (never the number 0, which marks a free row of the image)."""
    import secrets  # no start needs it

    return id_of_number(secrets.randbelow(2**64 - 1) + 1)


def derived_id(*parts: str) -> str:
    """Make the identity that belongs to a source and a path, the same at every repetition.

    Args:
        parts: what names the thing, for example ("tags.csv", "Line/Tank1.Level").
    """
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=8).digest()
    return id_of_number(int.from_bytes(digest, "big") or 1)


def number_of_id(ident: str) -> int:
    """Give the 64-bit number of an identity, as the image stores it.

    Raises:
        ValueError: when the text is not an identity.
    """
    if not is_id(ident):
        message = f"{ident!r} is not an identity of {LENGTH} base32 characters"
        raise ValueError(message)
    number = 0
    for letter in ident:
        number = number << 5 | _VALUES[letter]
    return number


def id_of_number(number: int) -> str:
    """Give the identity of a 64-bit number (1 to 2**64 - 1)."""
    if not 0 < number < 2**64:
        message = f"{number} is outside 1 to 2**64 - 1"
        raise ValueError(message)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(60, -1, -5))


def is_id(text: str) -> bool:
    """Tell whether a text is an identity (the first character is at most `f`: 13 x 5 bits hold 64)."""
    return len(text) == LENGTH and text[0] in ALPHABET[:16] and _LETTERS.issuperset(text) and text != "0" * LENGTH
