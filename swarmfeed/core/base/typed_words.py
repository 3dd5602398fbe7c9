"""Backup words as people type them: numbered, in columns, shortened, mistyped.

What separates words does not matter, nor does upper case.  The first four letters of a word
are enough: no two words of a list share them.  Where every word has its number, the numbers
say the order, so a sheet in two columns may be typed line by line; without numbers both ways
to read columns are tried, and the checksum says which is meant.

Nothing is guessed beyond that: a word that is not in the list is named, with those near it.

Sources: BIP-39 and SLIP-39 (word lists), Damerau 1964 (distance of words).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct

from swarmfeed.core.base import word_sentences as sentences
from swarmfeed.core.base.texts import joined
from swarmfeed.errors import UserError

LETTERS_ENOUGH: Final = 4
"""Letters by which the words of both lists can be told apart."""

UNKNOWN_NAMED_MAX: Final = 3
"""Mistyped words that are named at once; more would be no help."""

NEAR_MAX: Final = 3
"""Words proposed for a mistyped one, and ways to mend words that do not fit."""

WORD_CHARS_SHOWN: Final = 16
"""Letters that are repeated of what is no word; the longest word has eight."""

NUMBER_DIGITS_MAX: Final = 2
"""Digits of the number before a word; longer ones are part of something else."""

_TOKEN: Final = re.compile(r"\d+|[^\W\d_]+")
_ZERO_WIDTH_SPACE: Final = "\u200b"

Fits = Callable[[Sequence[str]], bool]
"""Whether the checksum of words holds."""


class WordList(Struct, frozen=True, kw_only=True):
    """The words that there are, and what a whole set of them is."""

    words: frozenset[str]
    by_start: dict[str, str]
    """First four letters -> word."""
    count: int
    """Words that belong together."""
    fits: Fits
    what: str
    """What has so many words, in a sentence: the sheet."""

    def word_of(self, typed: str) -> str | None:
        """Return the word that was typed, in full or its first letters; None: there is none."""
        if typed in self.words:
            return typed
        word = self.by_start.get(typed[:LETTERS_ENOUGH])
        return word if word is not None and word.startswith(typed) else None


def make_word_list(words: Iterable[str], *, count: int, fits: Fits, what: str) -> WordList:
    """Make a list of words; the first four letters of each have to be its own."""
    known = frozenset(words)
    by_start = {word[:LETTERS_ENOUGH]: word for word in known}
    assert len(by_start) == len(known), "two words start alike"
    return WordList(words=known, by_start=by_start, count=count, fits=fits, what=what)


class _Typed(Struct, frozen=True):
    word: str
    number: int | None
    """Stood before it."""


_Line = tuple[_Typed, ...]


def read_sets(text: str, known: WordList) -> list[tuple[str, ...]]:
    """Return the sets of words that a text means, each in full and in order; one at least.

    A set is ``known.count`` words on lines of their own, whatever stands around them.

    Raises:
        UserError: Too few or too many, one that does not exist, or a checksum that does not
            hold; it says where to look.
    """
    lines = [line for line in map(_typed_in, _plain(text).splitlines()) if line]
    misfit: Sequence[str] = ()
    found: list[tuple[str, ...]] = []
    start = 0
    while start < len(lines):
        end = _end_of_block(lines, start, known)
        readings = list(_readings(lines[start:end], known)) if end else []
        fitting = next(filter(known.fits, readings), None)
        misfit = misfit or next(iter(readings), ())
        if fitting is not None:
            found.append(fitting)
        start = end if fitting is not None else start + 1
    if found:
        return found
    if misfit:
        raise UserError(_explain_misfit(misfit, known))
    raise UserError(_explain_unread(_likely(lines, known), known))


def _plain(text: str) -> str:
    """One spelling of each letter, and nothing that nobody sees."""
    spaced = unicodedata.normalize("NFKC", text.replace(_ZERO_WIDTH_SPACE, " ")).casefold()
    return "".join(each for each in spaced if unicodedata.category(each) != "Cf")


def _typed_in(line: str) -> _Line:
    typed: list[_Typed] = []
    number: int | None = None
    for token in _TOKEN.findall(line):
        if not token[0].isdecimal():
            typed.append(_Typed(token, number))
            number = None
        elif len(token) <= NUMBER_DIGITS_MAX:
            number = int(token)
    return tuple(typed)


def _end_of_block(lines: Sequence[_Line], start: int, known: WordList) -> int:
    """Where the lines end that have as many words as there have to be; 0: they do not."""
    size = 0
    for end in range(start, len(lines)):
        if any(known.word_of(each.word) is None for each in lines[end]):
            return 0
        size += len(lines[end])
        if size >= known.count:
            return end + 1 if size == known.count else 0
    return 0


def _readings(block: Sequence[_Line], known: WordList) -> Iterator[tuple[str, ...]]:
    """Return the words of a block in each order in which they may be meant."""
    typed = [each for line in block for each in line]
    words = [known.word_of(each.word) or "" for each in typed]
    numbers = [each.number for each in typed]
    if sorted(number or 0 for number in numbers) == list(range(1, known.count + 1)):
        by_number = dict(zip(numbers, words, strict=True))
        yield tuple(by_number[number] for number in range(1, known.count + 1))
        return
    yield tuple(words)
    columns = len(block[0])
    if columns > 1 and all(len(line) == columns for line in block):
        yield tuple(word for column in range(columns) for word in words[column::columns])


# --- what is wrong ----------------------------------------------------------------------


def _likely(lines: Sequence[_Line], known: WordList) -> Sequence[_Line]:
    """Leave out what stands around the words, where there is so much of it."""
    if sum(map(len, lines)) <= 2 * known.count:
        return lines
    return [line for line in lines if _is_likely(line, known)] or lines


def _is_likely(line: _Line, known: WordList) -> bool:
    return 2 * sum(known.word_of(each.word) is not None for each in line) >= len(line)


def _explain_unread(lines: Sequence[_Line], known: WordList) -> str:
    typed = [each for line in lines for each in line]
    unknown = _explain_unknown([each.word for each in typed], known)
    if len(typed) == known.count:
        return unknown or sentences.TORN_APART(what=known.what)
    if not typed:
        return sentences.NO_WORDS(what=known.what, count=known.count)
    said = sentences.TOO_FEW if len(typed) < known.count else sentences.TOO_MANY
    where = _where(lines, known)
    counted = said(typed=len(typed), what=known.what, count=known.count, where=where)
    return joined((counted, unknown)) if unknown else counted


def _where(lines: Sequence[_Line], known: WordList) -> str:
    """Where words may be missing, or too many."""
    typed = [each for line in lines for each in line]
    short = len(typed) < known.count
    numbers = {each.number for each in typed}
    missing = [each for each in range(1, known.count + 1) if each not in numbers]
    if short and len(missing) == known.count - len(typed):
        return sentences.NUMBERS_MISSING(numbers=", ".join(map(str, missing)))
    most = Counter(map(len, lines)).most_common(1)[0][0]
    for number, line in enumerate(lines, start=1):
        if len(lines) > 1 and len(line) != most and (len(line) < most) == short:
            text = sentences.LINE_IS_SHORT if short else sentences.LINE_IS_LONG
            return text(line=number, typed=len(line), most=most)
    if short:
        return sentences.CUT_OFF()
    words = [known.word_of(each.word) for each in typed]
    for number, (word, after) in enumerate(pairwise(words), start=1):
        if word is not None and word == after:
            return sentences.TWICE(first=number, second=number + 1)
    return ""


def _explain_unknown(typed: Sequence[str], known: WordList) -> str:
    found = [
        (number, word)
        for number, word in enumerate(typed, start=1)
        if known.word_of(word) is None
    ]
    said = [_explain_one(number, word, known) for number, word in found[:UNKNOWN_NAMED_MAX]]
    if len(found) > UNKNOWN_NAMED_MAX:
        said.append(sentences.MORE_UNKNOWN(more=len(found) - UNKNOWN_NAMED_MAX))
    return joined(said)


def _explain_one(number: int, word: str, known: WordList) -> str:
    shown = word[:WORD_CHARS_SHOWN]
    for at in range(1, len(shown)):
        if {shown[:at], shown[at:]} <= known.words:
            return sentences.WORD_IS_TWO(
                number=number, word=shown, first=shown[:at], second=shown[at:]
            )
    near = [f'"{each}"' for each in words_near(shown, known)]
    if not near:
        return sentences.WORD_UNKNOWN(number=number, word=shown)
    return sentences.WORD_UNKNOWN_NEAR(number=number, word=shown, near=either(near))


def either(several: Sequence[str]) -> str:
    """Name several as a choice."""
    if len(several) == 1:
        return several[0]
    return sentences.OR(several=", ".join(several[:-1]), last=several[-1])


def _explain_misfit(words: Sequence[str], known: WordList) -> str:
    found = [*_swaps(words, known), *_replacements(words, known)][:NEAR_MAX]
    hints = sentences.PERHAPS(hints=either(found)) if found else ""
    return sentences.DO_NOT_FIT(hints=hints)


def _swaps(words: Sequence[str], known: WordList) -> Iterator[str]:
    for at in range(len(words) - 1):
        swapped = (*words[:at], words[at + 1], words[at], *words[at + 2 :])
        if known.fits(swapped):
            yield sentences.IF_SWAPPED(first=at + 1, second=at + 2)


def _replacements(words: Sequence[str], known: WordList) -> Iterator[str]:
    for at, word in enumerate(words):
        for other in sorted(known.words):
            if not _may_be_near(word, other, 1) or distance(word, other) != 1:
                continue
            if known.fits((*words[:at], other, *words[at + 1 :])):
                yield sentences.IF_REPLACED(number=at + 1, word=other)


# --- words near each other --------------------------------------------------------------


def words_near(typed: str, known: WordList) -> list[str]:
    """Return the words that may be meant, nearest first; at most NEAR_MAX."""
    farthest = max(1, min(3, len(typed) // 2 - 1))
    found = [
        (distance(typed, word), word[0] != typed[0], word)
        for word in known.words
        if _may_be_near(typed, word, farthest)
    ]
    near = [word for steps, _, word in sorted(found) if steps <= farthest]
    started = known.by_start.get(typed[:LETTERS_ENOUGH])
    if started is not None:
        near = [started, *(word for word in near if word != started)]
    return near[:NEAR_MAX]


def _may_be_near(one: str, other: str, steps: int) -> bool:
    """Rule most words out by their letters alone: a step adds one and takes one away."""
    return abs(len(one) - len(other)) <= steps and len(set(one) ^ set(other)) <= 2 * steps


def distance(one: str, other: str) -> int:
    """How many letters to add, leave out, change, or let two neighbours change places."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        older, before, row = before, row, [at]
        for column, there in enumerate(other, start=1):
            step = min(
                before[column] + 1,
                row[column - 1] + 1,
                before[column - 1] + (letter != there),
            )
            turned = at > 1 and column > 1 and one[at - 2] == there
            if turned and letter == other[column - 2]:
                step = min(step, older[column - 2] + 1)
            row.append(step)
    return row[-1]
