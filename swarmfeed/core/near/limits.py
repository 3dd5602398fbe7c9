"""Bounds of what people in one network are told of each other."""

from typing import Final

SHOWN_S: Final = 15 * 60
"""How long somebody shows themselves: as long as it takes to find each other at a table."""

LOOK_EVERY_S: Final = 10
"""How often machines that were found are dialled again, and it is looked whether time is up."""

FIRST_LOOK_S: Final = 4
"""How long who begins to show themselves waits for the first to come: nodes find each other
within two seconds."""

BADGE_BYTES_MAX: Final = 768
"""Longest signed badge: three ids and a name, with room for what later versions say."""

BADGES_OF_A_LINK_MAX: Final = 8
"""Badges of one link that are verified: people do not change their names again and again."""

PEOPLE_MAX: Final = 60
"""People who are shown, those who came first: of more nobody finds the one across the table."""

PEOPLE_OF_ONE_HOST_MAX: Final = 4
"""Of one address: a machine that two people share."""

PLACES_MAX: Final = 64
"""Addresses with ports that are dialled, as the network shows them: it may show any number."""

PLACES_OF_ONE_HOST_MAX: Final = 4
"""Of one address."""
