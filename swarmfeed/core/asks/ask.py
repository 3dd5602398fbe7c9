"""What faces ask of a node: each question, and each wish, is declared once.

    class Timeline(Ask[Posts]):          a frozen record, its fields are what is asked
        name = "timeline"

A row of the node answers it (``node.ground.desk``); ``/api/1/<name>``, the client of a running
node, ``--json`` and the OpenAPI document derive from the declaration.
"""

from typing import Any, ClassVar, Generic, TypeVar, get_args, get_origin

from msgspec import Struct

from swarmfeed.core.base.limits import FORM_BYTES_MAX

A = TypeVar("A")


class Ask(Struct, Generic[A], frozen=True):
    """Something a node is asked; ``A`` is the type of the answer, a record."""

    name: ClassVar[str]
    """Short lower-case words with hyphens between: the last part of ``/api/1/<name>``."""
    changes: ClassVar[bool] = False
    """Whether it changes something: then it is a POST."""
    makes: ClassVar[bool] = False
    """Whether the answer is something new that stays: then its status is 201."""
    bytes_max: ClassVar[int] = FORM_BYTES_MAX
    """Longest request."""


def answer_type(ask: type[Ask[Any]]) -> Any:
    """Return ``A`` of an ask: the type of its answer.

    Raises:
        TypeError: The class does not say what it asks for.
    """
    for base in getattr(ask, "__orig_bases__", ()):
        if get_origin(base) is Ask:
            return get_args(base)[0]
    raise TypeError(f"{ask.__name__} is no Ask[...]")
