"""What is said to people, and to those who write apps, about letting an app in."""

from typing import Final

from swarmfeed.core.base.texts import Text

NO_SCOPE: Final = Text("This app asks for something that is not known here.")
BEYOND_REGISTERED: Final = Text("This app asks for more than it registered for.")
NO_REDIRECT: Final = Text(
    "An app names {most:1 place|# places} at most to be led back to, and one at least."
)
BAD_REDIRECT: Final = Text(
    "An app is led back to https, to this machine, or to a scheme of its own; nowhere else."
)
OTHER_REDIRECT: Final = Text("This is no place that the app registered to be led back to.")
NO_SUCH_APP: Final = Text(
    "This app is not registered here, or was removed; log in with it once more."
)
WRONG_SECRET: Final = Text("That is not the secret of this app.")
BAD_CODE: Final = Text(
    "This code is used up, too old, or not for this app; log in with it once more."
)
ONLY_CODE: Final = Text('An app asks with response_type "code".')
ONLY_S256: Final = Text('A code_challenge is made with the method "S256".')
NO_GRANT: Final = Text('A token is given for "authorization_code" or "client_credentials".')
TOO_MANY_APPS: Final = Text(
    "{most:1 app may|# apps may} read or write here already; shut one out on the page Apps."
)
NO_APP_NAME: Final = Text("An app has a name.")
STATE_TOO_LONG: Final = Text("What the app wants handed back is too long.")

REVOKED: Final = Text("The access token was revoked, or was never given.")
TOO_LITTLE: Final = Text("This action is outside the authorized scopes.")
NEEDS_PERSON: Final = Text("This method requires an authenticated user.")

_MEANINGS: Final = {
    "read": Text("read what you can read, messages too"),
    "write": Text("post, like, follow and change everything in your name"),
    "follow": Text("follow, mute and block people for you"),
    "push": Text("be told of what is new; this node never sends that"),
    "profile": Text("read your name and address"),
}
_PART: Final = {
    "read": Text("read: {what}"),
    "write": Text("write, change and remove: {what}"),
}
_THINGS: Final = {
    "accounts": Text("profiles"),
    "blocks": Text("whom you block"),
    "bookmarks": Text("saved posts"),
    "conversations": Text("which messages were read"),
    "favourites": Text("likes"),
    "filters": Text("words you do not want to read"),
    "follows": Text("whom you follow"),
    "lists": Text("lists of people"),
    "media": Text("pictures and files"),
    "mutes": Text("whom you mute"),
    "notifications": Text("notices"),
    "reports": Text("reports, which this node has none of"),
    "search": Text("what is found"),
    "statuses": Text("posts, and messages too"),
}


def meaning(scope: str) -> str:
    """What an app with this scope may do, for who is asked whether it may."""
    if scope in _MEANINGS:
        return _MEANINGS[scope]()
    how, _, what = scope.partition(":")
    return _PART[how](what=_THINGS[what]())
