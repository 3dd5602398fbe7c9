"""What faces say of circles: who may read what an author protects."""

from typing import Final

from swarmfeed.core.base.texts import Text

TOO_LONG_TO_PROTECT: Final = Text(
    "With all that belongs to it, the post takes {bytes:1 byte|# bytes}; if only some may read"
    " it, it has to fit into {most:1 byte|# bytes}."
)
ONLY_OWN: Final = Text(
    "only {people:the one person|the # people} in your circle “{name}” can read this"
)
ONLY_YOU: Final = Text("only you can read this: nobody is in your circle “{name}”")
ONLY_THEIRS: Final = Text("only people whom its author let into “{name}” can read this")
ONLY_SHARED: Final = Text("only people whom its author chose can read this")
EVERYBODY: Final = Text("Everybody")
THE_CIRCLE: Final = Text("Only {name}: {people:1 person|# people}")
UNKNOWN_CIRCLE: Final = Text("Only {name}: that circle is not here")
NO_SUCH_CIRCLE: Final = Text("you have no circle called {name}; `swarmfeed circles` lists them")
NO_CIRCLES: Final = Text(
    "You have no circle. `swarmfeed circles create NAME` makes one: what you post to it, only"
    " those can read whom you let in."
)
CIRCLE_NAME_EMPTY: Final = Text("a circle needs a name")
CIRCLE_NAME_TOO_LONG: Final = Text(
    "the name of a circle has no more than {most:1 character|# characters}"
)
CIRCLE_EXISTS: Final = Text("you have a circle called {name} already")
TOO_MANY_CIRCLES: Final = Text(
    "you have {most:1 circle|# circles} already, and no more are kept apart"
)
CIRCLE_MADE: Final = Text("The circle “{name}” is there, and nobody is in it yet.")
ASKED: Final = Text("{who} is asked whether you may read what they post to a circle of theirs.")
NOT_YOURSELF: Final = Text("you read what you write anyway")
APPROVED: Final = Text("{who} can read what you post to “{name}” from now on.")
IN_ALREADY: Final = Text("{who} is in “{name}” already")
NOT_IN: Final = Text("{who} is not in “{name}”")
DECLINED: Final = Text("{who} is told that you decline.")
NO_REQUEST: Final = Text("{who} has not asked to read what you post to a circle")
WHICH_CIRCLE: Final = Text("you have several circles; name one of them: {names}")
REMOVED: Final = Text(
    "{who} cannot read what you post to “{name}” from now on. What they could read before, they"
    " may have kept."
)
CIRCLE_FULL: Final = Text("“{name}” takes no more than {most:1 person|# people} on this device")
OF_THE_CIRCLE_ONLY: Final = Text(
    "only some people can read that post: it cannot be pinned, quoted, shared or reacted to"
    " where others would see it"
)
CLOSED_HERE: Final = Text(
    "only some people can read that post, and it is not open on this device: what you say of it"
    " would be seen by everybody"
)
NOT_TO_ANOTHER: Final = Text(
    "only some people can read that post: what answers it stays among them, and cannot be for"
    " somebody else"
)
NO_KEY_YET: Final = Text("the keys of that circle are not here yet")
SHARED: Final = Text("{who} can read this one post, and no other.")
NOT_PROTECTED: Final = Text("everybody can read that post")
ONLY_WHO_WRITES: Final = Text("only a post of yours can be shared with one more person")
CIRCLE_WORK: Final = Text(
    "{rekeyed:1 new key|# new keys} for circles, {welcomed:1 letter|# letters} to their people"
)
PEOPLE_IN: Final = Text("{name}: {people:1 person|# people}")
NEWCOMERS_READ_BACK: Final = Text("who is let in can read what was posted before")
WAITS: Final = Text("{who} asks to be let in")
READABLE: Final = Text("{who} let you into “{name}”")
WE_ASKED: Final = Text("you asked {who}, who has not answered yet")
WE_WERE_DECLINED: Final = Text("you asked {who}, who declined")
KEEPS_KEYS: Final = Text(
    "Whoever is in a circle keeps its keys: what was posted while they were in it they can read"
    " for ever, and so can whoever takes their device. Nobody from outside has examined this"
    " encryption."
)
