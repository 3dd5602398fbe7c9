"""Records with secrets: their text form leaves those out, and names fields that there are."""

from collections.abc import Iterator
from importlib import import_module
from inspect import getclosurevars
from pathlib import Path

import pytest
import swarmfeed
from msgspec import Struct
from swarmfeed.core.base.hiding import hiding
from swarmfeed.core.base.papers import Papers


class Locked(Struct, frozen=True, kw_only=True):
    """A record with a secret between two fields that are none."""

    __repr__ = hiding("passphrase")

    name: str
    passphrase: str
    tries: int = 3


def test_what_is_hidden_is_left_out_and_the_rest_is_shown() -> None:
    locked = Locked(name="Ines", passphrase="open sesame")
    assert repr(locked) == str(locked) == f"{locked}" == "Locked(name='Ines', tries=3)"


def kinds_below(kind: type[Struct]) -> Iterator[type[Struct]]:
    for each in kind.__subclasses__():
        yield each
        yield from kinds_below(each)


@pytest.mark.slow
def test_each_name_that_is_hidden_is_a_field() -> None:
    """A slip in such a name would show the secret, and nothing would say so."""
    root = Path(swarmfeed.__file__).parent
    for path in root.rglob("*.py"):
        if "hiding(" in path.read_text("utf-8"):
            import_module(".".join(path.relative_to(root.parent).with_suffix("").parts))
    told = {
        kind: getclosurevars(kind.__repr__).nonlocals["names"]
        for kind in kinds_below(Struct)
        if getattr(kind.__repr__, "__module__", "") == hiding.__module__
    }
    assert Papers in told and len(told) >= 15
    unknown = {
        kind for kind, names in told.items() if not {*names} <= {*kind.__struct_fields__}
    }
    assert not unknown
