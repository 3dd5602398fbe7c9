"""What a Cookie header says under one name.

Every server of a host sets cookies for all its ports, so what arrives is anybody's: odd
characters, repeated names, kilobytes.  We look for our own name and pass over the rest.
"""

from typing import Final

VALUES_MAX: Final = 16
"""Most values of one name that are looked at.  A browser sends the cookie with the longest path
first, and another server may have set the same name for several paths."""


def cookie_values(header: str, name: str) -> tuple[str, ...]:
    """Return the values given to ``name``, in the order sent; total on any text.

    A value in double quotes stands for what is between them.

    Source: RFC 6265, section 5.4; section 4.1.1 for the quotes.
    """
    found: list[str] = []
    for pair in header.split(";"):
        key, sign, value = pair.partition("=")
        if not sign or key.strip(" \t") != name:
            continue
        value = value.strip(" \t")
        if len(value) >= 2 and value[0] == value[-1] == '"':
            value = value[1:-1]
        found.append(value)
        if len(found) == VALUES_MAX:
            break
    return tuple(found)
