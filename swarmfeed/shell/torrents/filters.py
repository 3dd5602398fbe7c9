"""Which addresses libtorrent lets in and dials, and whose rate it limits: rules by address."""

from collections.abc import Collection
from typing import Final

import libtorrent as lt

from swarmfeed.core.net.reach import blocked_ranges

_BLOCKED: Final = 1


def build_filter(
    listen_host: str, named: Collection[str], banned: Collection[str]
) -> lt.ip_filter:
    """Return the addresses libtorrent must neither dial nor let in, as 1; others are 0."""
    rules = lt.ip_filter()
    for first, last in blocked_ranges(listen_host, named):
        rules.add_rule(first, last, _BLOCKED)
    for host in banned:
        rules.add_rule(host, host, _BLOCKED)
    return rules


def same_class_for_all(session: lt.session) -> lt.ip_filter:
    """By default local peers are exempt from rate limits; a limit should mean everyone."""
    rules = lt.ip_filter()
    everyone = 1 << session.global_peer_class_id
    rules.add_rule("0.0.0.0", "255.255.255.255", everyone)  # noqa: S104 - a range
    rules.add_rule("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", everyone)
    return rules
