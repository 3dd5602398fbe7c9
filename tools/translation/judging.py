"""What is wrong with a translation, as far as a program can tell."""

import string
from collections import Counter
from collections.abc import Iterator

from webui.translating import places


def faults(english: str, words: str, forms: int) -> Iterator[str]:
    """Say what is wrong with a translation, into a language that has so many plural forms."""
    if not words.strip():
        yield "it is missing"
        return
    if _tags(english) != _tags(words):
        yield f"its tags are {sorted(_tags(words))}, not {sorted(_tags(english))}"
    try:
        ours, theirs = _fields(english), _fields(words)
    except ValueError as error:
        yield f"its places cannot be read: {error}"
        return
    if ours.keys() != theirs.keys():
        yield f"its places are {sorted(theirs)}, not {sorted(ours)}"
    for name, spec in theirs.items():
        yield from _faults_of_place(name, ours.get(name, ""), spec, forms)


def _faults_of_place(name: str, english: str, spec: str, forms: int) -> Iterator[str]:
    number = spec.count("|") + 1
    if "|" not in spec:
        as_number = ("", ",") if "|" in english else (english,)
        if spec not in as_number:
            yield f"{name} is written as {spec!r}"
    elif "|" not in english:
        yield f"{name} is no number that is counted"
    elif number != forms:
        yield f"{name} has {number} plural forms, not {forms}"


def _tags(text: str) -> Counter[str]:
    return Counter({each: n for each, n in places(text).items() if each.startswith("<")})


def _fields(text: str) -> dict[str, str]:
    """Places of a text, and how each is written; ValueError when the text is damaged."""
    return {
        name: spec or ""
        for _, name, spec, _ in string.Formatter().parse(text)
        if name is not None
    }
