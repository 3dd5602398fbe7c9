"""Which names look the same to a reader, though they are written with other letters.

Source: the confusables of Unicode Technical Standard #39, of them the letters of names.  What
is missed here is still told apart by faces, and by addresses on profiles.
"""

from typing import Final

from swarmfeed.core.words.folding import name_key

# Small letters, for folds have no others; a letter whose capital looks like a Latin one counts.
_ALIKE: Final = str.maketrans(
    # Cyrillic, then Greek, Armenian, digits and what stands for i and l.
    "авеғзікмнорстухѕјһԁԛԝѵѡьαβγεζηικμνορτυχωϲօսհոցզ013569i|!",
    "abefelkmhopctyxsjhdqwvwbabyezhlkmvoptyxwcouhngqoleebglll",
)
_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def look(name: str) -> str:
    """Return what names that look alike have in common; nothing more is to be read into it."""
    seen = name_key(name).replace(" ", "").translate(_ALIKE)
    for pair, letter in _PAIRS:
        seen = seen.replace(pair, letter)
    return seen
