"""What opening and reading a WebSocket may raise, in our own words."""

from collections.abc import Iterator
from contextlib import contextmanager
from ssl import SSLEOFError, SSLError

from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.talk.handshake import BLAME_CODES
from swarmfeed.errors import RemoteError, RetryError


@contextmanager
def library_errors(endpoint: Endpoint | str) -> Iterator[None]:
    """Turn what opening a WebSocket may raise into our own errors."""
    try:
        yield
    except InvalidStatus as error:
        # 503 is what the library answers while its server closes.
        busy = error.response.status_code == 503
        raise (RetryError if busy else RemoteError)(f"{endpoint}: {error}") from error
    except WebSocketException as error:
        # The end of the stream where an answer should be: gone, or not one of us.
        gone = isinstance(error, ConnectionClosed) or isinstance(error.__cause__, EOFError)
        raise (RetryError if gone else RemoteError)(f"{endpoint}: {error}") from error
    except SSLError as error:
        gone = isinstance(error, SSLEOFError)
        raise (RetryError if gone else RemoteError)(f"{endpoint}: {error}") from error
    except OSError as error:
        raise RetryError(f"{endpoint}: {error}") from error


def is_blamed_by_us(closed: ConnectionClosed) -> bool:
    """Whether we closed, and said that the other end broke a rule."""
    sent = closed.sent
    return sent is not None and not closed.rcvd_then_sent and sent.code in BLAME_CODES
