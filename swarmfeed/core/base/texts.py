"""Texts for people: places for values, numbers with their plural, ready for other languages.

The sentences themselves stand in tables: ``core/asks/sentences.py``, and one for each role.
"""

import string
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Final, Self

from msgspec import Struct, field


def english_form(number: int) -> int:
    """Which of ``one|many`` a number takes in English."""
    return 0 if number == 1 else 1


class Language(Struct, frozen=True, kw_only=True):
    """How texts are said in one language."""

    texts: Mapping[str, str] = field(default_factory=dict)
    """English text -> translation; what is missing is said in English."""
    form: Callable[[int], int] = english_form
    """Which plural form a number takes, from 0."""
    number: Callable[[float, str], str] = format
    """Writes a number as a format asks for it: ``,`` or ``.1f``."""

    def say(self, english: str, /, **values: object) -> str:
        """Put values into a text.

        ``{n:1 node|# nodes}`` is the form that ``n`` takes, with the number in place of
        ``#``; any other place is formatted as ``str.format`` does.
        """
        text = self.texts.get(english)
        form = self.form if text is not None else english_form
        said = []
        for literal, name, spec in _pieces(text or english):
            said.append(literal)
            if name is not None:
                said.append(self._put(values[name], spec, form))
        return "".join(said)

    def _put(self, value: object, spec: str, form: Callable[[int], int]) -> str:
        """One value, as its place asks for it."""
        if "|" in spec:
            assert isinstance(value, int), "only a number has a plural"
            forms = spec.split("|")
            said = forms[min(form(value), len(forms) - 1)]
            return said.replace("#", self.number(value, ","))
        if spec and isinstance(value, int | float):
            return self.number(value, spec)
        return format(self.render(value), spec)

    def render(self, value: object) -> object:
        """Return a value as this language says it: a sentence translated, all else as it is."""
        if isinstance(value, Exception):
            value = said_by(value)
        return self.say(value.text, **value.values) if isinstance(value, Sentence) else value


@cache
def _pieces(text: str) -> tuple[tuple[str, str | None, str], ...]:
    """Read a text: what stands before each place, the place's name, and its format.

    A node says hundreds of sentences a second to itself, nearly all of them again and again;
    how many texts there are depends on nobody else.
    """
    pieces = tuple(_FORMATTER.parse(text))
    assert not any(conversion for *_, conversion in pieces), f"a conversion in {text!r}"
    return tuple((literal, name, spec or "") for literal, name, spec, _ in pieces)


_FORMATTER: Final = string.Formatter()
ENGLISH: Final = Language()


class Sentence(str):
    """A sentence: in English it is a string like any other, and it remembers how it was made.

    So a node says what it has to say once, and a face whose person reads another language
    says the same in that (``Language.render``).
    """

    __slots__ = ("text", "values")

    text: str
    values: Mapping[str, object]

    def __new__(cls, text: str, values: Mapping[str, object]) -> Self:
        said = super().__new__(cls, ENGLISH.say(text, **values))
        said.text, said.values = text, values
        return said

    def __reduce__(self) -> tuple[object, ...]:
        return Sentence, (self.text, self.values)


class Text(Struct, frozen=True):
    """One text of a table; called with its values it is a sentence."""

    english: str

    def __call__(self, /, **values: object) -> str:
        return Sentence(self.english, values)


def said_by(error: BaseException) -> str:
    """Return what an error says; a sentence stays one that can be said in another language."""
    said = error.args[0] if error.args else None
    return said if isinstance(said, Sentence) else str(error)


def joined(parts: Iterable[str], between: str = " ") -> str:
    """Put sentences behind each other; each stays one that can be said in another language."""
    values = {f"part{number}": part for number, part in enumerate(parts)}
    return Sentence(between.join(f"{{{name}}}" for name in values), values)


def counted(number: int, one: str, many: str) -> str:
    """``1 post``, ``2 posts``, ``1,200 posts``."""
    return Sentence(f"{{n:1 {one}|# {many}}}", {"n": number})


SIZES: Final = {
    0: (Text("{size:.0f} B"), Text("{size:.0f} B")),
    1: (Text("{size:.1f} kB"), Text("{size:.0f} kB")),
    2: (Text("{size:.1f} MB"), Text("{size:.0f} MB")),
    3: (Text("{size:.1f} GB"), Text("{size:.0f} GB")),
    4: (Text("{size:.1f} TB"), Text("{size:.0f} TB")),
}
"""By the power of a thousand: with a tenth, and without."""


def format_size(size_bytes: int, *, tenths_below: float) -> str:
    """``812 B``, ``1.2 MB``: in powers of a thousand, as disks are sold.

    Args:
        tenths_below: Up to which number a tenth is shown.
    """
    if size_bytes < 1000:
        return SIZES[0][1](size=size_bytes)
    # 999,950 bytes are already "1.0 MB", not "1000 kB".
    power = next((p for p in (1, 2, 3) if size_bytes < 999.5 * 1000**p), 4)
    size = size_bytes / 1000**power
    with_tenth, whole = SIZES[power]
    return with_tenth(size=size) if size < tenths_below else whole(size=size)
