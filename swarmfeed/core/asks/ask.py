"""What faces ask of a node: each question, and each wish, is declared once.

    class Timeline(Ask[Posts]):          a frozen dataclass, its fields are what is asked
        name = "timeline"

A handler of the node, ``/api/1/<name>``, the client of a running node, ``--json`` and the
OpenAPI document all derive from the declaration.
"""

from typing import ClassVar, Generic, TypeVar

A = TypeVar("A")


class Ask(Generic[A]):
    """Something a node is asked; ``A`` is the type of the answer."""

    name: ClassVar[str]
    """Short lower-case words with hyphens between: the last part of ``/api/1/<name>``."""
    changes: ClassVar[bool] = False
    """Whether it changes something: then it is a POST."""
