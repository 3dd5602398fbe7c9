"""What people are told about their own profile, and about pinned posts."""

from typing import Final

from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.base.texts import Text

NAME_BOUNDS: Final = Text("a name is 1 to {most} printable characters")
NAME_UNKNOWN: Final = Text("what you are called is not known on this machine; say it too")
THE_BIO: Final = Text("what you tell about yourself")
BIO_TOO_LONG: Final = Text(
    "what you tell about yourself is {chars:1 character|# characters} long;"
    " at most {most:1 character fits|# characters fit}"
)
THE_FIELD: Final = Text("a detail of your profile")
TOO_MANY_FIELDS: Final = Text("a profile has {most:1 detail|# details} at most")
HALF_A_FIELD: Final = Text(
    "the detail “{said}” needs both: what it is about, and what there is to say"
)
FIELD_TOO_LONG: Final = Text(
    "what a detail is about has at most {label:1 character|# characters}, and what there is to"
    " say at most {text:1 character|# characters}"
)
FIELD_ONE_LINE: Final = Text("a detail of your profile is a single line")
FIELDS_OR_NONE: Final = Text("give details, or none with --no-fields, not both")
SAME_PROFILE: Final = Text("Your profile says that already, so nothing was changed.")
CALLED: Final = Text("Others see you as {name} now.")
TOLD: Final = Text("Your profile is changed.")

PINNED_POST: Final = Text("Pinned post:")
PINNED: Final = Text("This post stands above your others now.")
UNPINNED: Final = Text("This post stands above your others no longer.")
NOT_YOURS: Final = Text("only a post of your own can stand above your others")
WITHDRAWN: Final = Text("that post was withdrawn, so nobody would see it")
NOTHING_PINNED: Final = Text("none of your posts is pinned, so nothing was changed")


def what_changed(before: AuthorView, after: AuthorView) -> str:
    """What became of one's profile."""
    if before.name != after.name:
        return CALLED(name=after.name)
    told = [(each.bio, each.avatar, each.banner, each.fields) for each in (before, after)]
    return SAME_PROFILE() if told[0] == told[1] else TOLD()
