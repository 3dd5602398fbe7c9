"""What people are told about posts that came since their page was drawn."""

from typing import Final

from swarmfeed.core.base.texts import Text

NEW_POSTS: Final = Text("Show {posts:1 new post|# new posts}")
MORE_NEW_POSTS: Final = Text("Show {posts:1 new post|# new posts} or more")


def what_is_new(*, posts: int, more: bool) -> str:
    """How many posts wait to be shown; ``more`` when not all were counted."""
    return (MORE_NEW_POSTS if more else NEW_POSTS)(posts=posts)
