"""What faces say of what a person listens to."""

from typing import Final

from swarmfeed.core.base.texts import Text

TOO_MANY_SUBSCRIPTIONS: Final = Text(
    "you listen to {most:1 thing|# things} already; remove one of them first"
)
SUBSCRIPTION_TOO_LONG: Final = Text(
    "no more than {most:1 character|# characters} can be listened to"
)
NOTHING_TO_LISTEN_TO: Final = Text(
    "there is nothing to listen to in {typed}: name a #tag, a whole word, a"
    ' "phrase", or somebody by their link'
)
ONLY_ADDRESSES: Final = Text(
    "{name} is no address: listening finds people by their addresses, for a name may be many"
)
NO_SUCH_SUBSCRIPTION: Final = Text("you do not listen to {typed}")
LISTENS_TO: Final = Text("You are told from now on of new posts with: {what}")
LISTENS_NO_MORE: Final = Text("You are told no more of: {what}")
NOBODY_IS_TOLD: Final = Text(
    "No supernode is told of it now: posts of strangers come once there is one."
)
PARENTS_ARE_TOLD: Final = Text("{parents:1 supernode looks|# supernodes look} out for it.")
SERVES_ITSELF: Final = Text(
    "This machine is a supernode: it looks out for it among the posts that pass by."
)
NO_SUBSCRIPTIONS: Final = Text("You listen to nothing beside those you follow.")
PARENTS_WATCHED: Final = Text("{parents:1 parent|# parents} held against each other")
NOTHING_HEARD: Final = Text("Nothing was heard yet of what you listen to.")


def who_is_told(subscriptions: int, parents: int, *, serves: bool) -> str:
    """Who looks out for what a person listens to."""
    if not subscriptions:
        return NO_SUBSCRIPTIONS()
    if serves:
        return SERVES_ITSELF()
    return PARENTS_ARE_TOLD(parents=parents) if parents else NOBODY_IS_TOLD()
