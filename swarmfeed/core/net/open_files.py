"""How the descriptors a process may have are divided among what strangers can make it open.

Whatever they open, what the node itself needs is left: a post is written, a page is read.
"""

from typing import Final

from msgspec import Struct

from swarmfeed.core.base.limits import PEERS_MAX, SWARM_CONNECTIONS_MAX
from swarmfeed.core.net.limits import (
    DIALLED_FILES,
    DIALS_AT_ONCE,
    OPEN_FILES_MAX,
    OPEN_FILES_MIN,
    OWN_FILES,
    PAGE_CONNECTIONS_MAX,
    STRANGERS_SILENT_MAX,
    STRANGERS_SPEAKING_MAX,
    SWARM_FILES_MAX,
)


class OpenFiles(Struct, frozen=True, kw_only=True):
    """The most that each part may have open at once."""

    page: int
    """Connections to the page."""
    silent: int
    """Connections to the peer link that have not said anything."""
    speaking: int
    """Connections to the peer link in the middle of the handshake."""
    links: int
    """Links that others opened."""
    dials: int
    """Links that are being dialled."""
    swarm_connections: int
    swarm_files: int

    @property
    def total(self) -> int:
        """All of them, beside the node's own."""
        return (
            self.page
            + self.silent
            + self.speaking
            + self.links
            + self.dials
            + self.swarm_connections
            + self.swarm_files
        )


def share_files(files_max: int, links_most: int = PEERS_MAX) -> OpenFiles:
    """Divide ``files_max`` descriptors, from OPEN_FILES_MIN (fewer count as that many).

    From about 10,000 on, everybody gets the most there is use for; of links that others open
    that is ``links_most``.
    """
    files_max = max(files_max, OPEN_FILES_MIN)
    own = min(OWN_FILES + DIALLED_FILES, files_max // 2)
    given = files_max - own

    def part(percent: int, most: int) -> int:
        return min(given * percent // 100, most)

    page = part(14, PAGE_CONNECTIONS_MAX)
    silent = part(10, STRANGERS_SILENT_MAX)
    speaking = part(6, STRANGERS_SPEAKING_MAX)
    links = part(22, links_most)
    dials = part(12, DIALS_AT_ONCE)
    swarm_files = part(9, SWARM_FILES_MAX)
    rest = given - page - silent - speaking - links - dials - swarm_files
    return OpenFiles(
        page=page,
        silent=silent,
        speaking=speaking,
        links=links,
        dials=dials,
        swarm_connections=min(rest, SWARM_CONNECTIONS_MAX),
        swarm_files=swarm_files,
    )


EVERYTHING: Final = share_files(OPEN_FILES_MAX)
"""As much as each has use for, where nothing is short."""
