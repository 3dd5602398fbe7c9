"""What is posted to places on the web."""

from typing import NamedTuple, Protocol

from swarmfeed.core.net.web import WebPlace


class WebReply(NamedTuple):
    """What was answered."""

    status: int
    body: bytes


class Poster(Protocol):
    """Posts by HTTP or HTTPS; follows nobody elsewhere."""

    async def post(self, place: WebPlace, body: bytes) -> WebReply:
        """Post, and return the answer, whatever its status.

        Raises:
            RetryError: Nobody is there, or the answer is too long, too late, or none; says so
                to people.
        """
        ...
