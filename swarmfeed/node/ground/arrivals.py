"""A feed that somebody offers and nothing is held of yet, verified."""

from dataclasses import dataclass

from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.certificate import Certificate
from swarmfeed.core.feed.replica import Replica


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What is to be kept of it."""

    author_id: AuthorId
    replica: Replica
    certificates: dict[bytes, Certificate]
    """Of its author: those known, and those that came along."""
