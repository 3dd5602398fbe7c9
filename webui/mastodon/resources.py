"""All of the Mastodon client API that is spoken here."""

from typing import Final

from webui.mastodon import (
    accounts,
    filters,
    instance,
    letters,
    lists,
    markers,
    media,
    notifications,
    oauth,
    preferences,
    requests,
    search,
    statuses,
    suggestions,
    timelines,
)
from webui.mastodon.endpoint import ApiCall

CALLS: Final[tuple[ApiCall, ...]] = (
    *oauth.CALLS,
    *instance.CALLS,
    *accounts.CALLS,
    *timelines.CALLS,
    *statuses.CALLS,
    *notifications.CALLS,
    *search.CALLS,
    *suggestions.CALLS,
    *media.CALLS,
    *lists.CALLS,
    *filters.CALLS,
    *letters.CALLS,
    *preferences.CALLS,
    *markers.CALLS,
    *requests.CALLS,
)
