"""What a node says of itself: instance, nodeinfo, and what it does not have.

It says it is Mastodon 4.5, because clients choose by that what they ask for.  Everybody on this
machine may ask, so nothing here says who is at home (A273).
"""

from functools import partial
from typing import Final

from swarmfeed import __version__
from swarmfeed.core.feed.limits import ALT_CHARS_MAX, MEDIA_MAX
from swarmfeed.core.net.limits import UPLOAD_BYTES_MAX

from webui.mastodon import places
from webui.mastodon.endpoint import ANYBODY, ApiCall, Json, get
from webui.mastodon.limits import STATUS_CHARS_MAX, URL_CHARS

SPOKEN: Final = f"4.5.0 (compatible; swarmfeed {__version__})"
API_VERSION: Final = 7

TITLE: Final = "swarmfeed"
DESCRIPTION: Final = "A node of swarmfeed: a microblog that belongs to those who write it."

PICTURES: Final = ["image/jpeg", "image/png", "image/webp", "image/gif"]
OTHERS: Final = [
    "video/mp4",
    "video/webm",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "application/pdf",
]


_CLOSED: Final[Json] = {
    "enabled": False,
    "approval_required": False,
    "reason_required": None,
    "message": None,
    "min_age": None,
    "url": None,
}
"""Nobody registers: a node has one person."""


def _configuration() -> Json:
    return {
        "accounts": {"max_featured_tags": 0, "max_pinned_statuses": 1},
        "statuses": {
            "max_characters": STATUS_CHARS_MAX,
            "max_media_attachments": MEDIA_MAX,
            "characters_reserved_per_url": URL_CHARS,
        },
        "media_attachments": {
            "supported_mime_types": [*PICTURES, *OTHERS],
            "description_limit": ALT_CHARS_MAX,
            "image_size_limit": UPLOAD_BYTES_MAX,
            "image_matrix_limit": 64_000_000,
            "video_size_limit": UPLOAD_BYTES_MAX,
            "video_frame_rate_limit": 120,
            "video_matrix_limit": 64_000_000,
        },
        "polls": {
            "max_options": 0,
            "max_characters_per_option": 0,
            "min_expiration": 0,
            "max_expiration": 0,
        },
    }


def show_first() -> Json:
    """GET /api/v1/instance"""
    return {
        "uri": _host(),
        "title": TITLE,
        "short_description": DESCRIPTION,
        "description": DESCRIPTION,
        "email": "",
        "version": SPOKEN,
        "urls": {"streaming_api": _streaming()},
        "stats": {"user_count": 1, "status_count": 0, "domain_count": 1},
        "thumbnail": places.header(),
        "languages": [],
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "configuration": _configuration(),
        "contact_account": None,
        "rules": [],
    }


def show_second() -> Json:
    """GET /api/v2/instance"""
    return {
        "domain": _host(),
        "title": TITLE,
        "version": SPOKEN,
        "source_url": "",
        "description": DESCRIPTION,
        "usage": {"users": {"active_month": 1}},
        "thumbnail": {"url": places.header(), "blurhash": None, "versions": {}},
        "icon": [],
        "languages": [],
        "configuration": {**_configuration(), **_second_configuration()},
        "registrations": _CLOSED,
        "api_versions": {"mastodon": API_VERSION},
        "contact": {"email": "", "account": None},
        "rules": [],
    }


def _second_configuration() -> Json:
    return {
        "urls": {
            "streaming": _streaming(),
            "about": None,
            "status": None,
            "privacy_policy": None,
            "terms_of_service": None,
        },
        "vapid": {"public_key": ""},
        "translation": {"enabled": False},
        "timelines_access": {
            "live_feeds": {"local": "authenticated", "remote": "authenticated"},
            "hashtag_feeds": {"local": "authenticated", "remote": "authenticated"},
            "trending_link_feeds": {"local": "authenticated", "remote": "authenticated"},
        },
        "limited_federation": True,
    }


def _host() -> str:
    return places.base().partition("://")[2]


def _streaming() -> str:
    return places.base().replace("http", "ws", 1)


def point_to_nodeinfo() -> Json:
    """GET /.well-known/nodeinfo"""
    schema = "http://nodeinfo.diaspora.software/ns/schema/2.0"
    return {"links": [{"rel": schema, "href": f"{places.base()}/nodeinfo/2.0"}]}


def show_nodeinfo() -> Json:
    """GET /nodeinfo/2.0; a library refuses software it does not know, but for its upstream."""
    return {
        "version": "2.0",
        "software": {"name": "swarmfeed", "version": __version__},
        "protocols": [],
        "services": {"outbound": [], "inbound": []},
        "usage": {
            "users": {"total": 1, "activeMonth": 1, "activeHalfyear": 1},
            "localPosts": 0,
        },
        "openRegistrations": False,
        "metadata": {"nodeName": TITLE, "upstream": {"name": "mastodon"}},
    }


def nothing() -> list[Json]:
    """What this node has none of, and never will."""
    return []


def translate_nothing() -> Json:
    """GET /api/v1/instance/translation_languages"""
    return {}


def _none(rule: str, scope: str) -> ApiCall:
    return get(rule, nothing, scope)


CALLS: Final[tuple[ApiCall, ...]] = (
    get("/api/v1/instance", show_first, ANYBODY),
    get("/api/v2/instance", show_second, ANYBODY),
    get("/.well-known/nodeinfo", point_to_nodeinfo, ANYBODY),
    get("/nodeinfo/2.0", show_nodeinfo, ANYBODY),
    get("/api/v1/instance/translation_languages", translate_nothing, ANYBODY),
    *map(
        partial(_none, scope=ANYBODY),
        (
            "/api/v1/instance/rules",
            "/api/v1/instance/peers",
            "/api/v1/instance/activity",
            "/api/v1/instance/domain_blocks",
            "/api/v1/custom_emojis",
            "/api/v1/directory",
        ),
    ),
    *map(
        partial(_none, scope="read"),
        (
            "/api/v1/announcements",
            "/api/v1/domain_blocks",
            "/api/v1/endorsements",
            "/api/v1/featured_tags",
            "/api/v1/featured_tags/suggestions",
            "/api/v1/scheduled_statuses",
            "/api/v1/trends/links",
            "/api/v1/trends/statuses",
            "/api/v1/notifications/requests",
        ),
    ),
)
