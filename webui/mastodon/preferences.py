"""How apps post and read unless somebody says otherwise."""

from typing import Final

from webui.mastodon.endpoint import ApiCall, Json, get


def show_preferences() -> Json:
    return {
        "posting:default:visibility": "public",
        "posting:default:sensitive": False,
        "posting:default:language": None,
        "posting:default:quote_policy": "public",
        "reading:expand:media": "default",
        "reading:expand:spoilers": False,
        "reading:autoplay:gifs": False,
    }


CALLS: Final[tuple[ApiCall, ...]] = (
    get("/api/v1/preferences", show_preferences, "read:accounts"),
)
