"""What a person is told of the link that they give to others."""

from typing import Final

from swarmfeed.core.base.address import parse_link
from swarmfeed.core.base.texts import Text
from swarmfeed.core.net.reach import is_private

SAYS_WHERE: Final = Text(
    "It says who you are and where your machine can be found. It is not secret."
)
SAYS_WHERE_NEARBY: Final = Text(
    "It says who you are and where your machine is in your own network: people who are in it"
    " too reach you at once, all others find you by way of others. It is not secret."
)
SAYS_NOT_WHERE: Final = Text(
    "It says who you are, and nothing of where your machine is: people find it by way of"
    " others. It is not secret."
)


def what_a_link_tells(link: str) -> str:
    """Say what of the own machine whoever has the own ``link`` knows."""
    hosts = [each.host for each in parse_link(link).at]
    if not hosts:
        return SAYS_NOT_WHERE()
    return SAYS_WHERE_NEARBY() if all(map(is_private, hosts)) else SAYS_WHERE()
