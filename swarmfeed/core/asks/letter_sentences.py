"""What people are told about letters: who can read them, how far each one is, and why not."""

from typing import Final

from swarmfeed.core.base.texts import Text

NEW_MESSAGES: Final = Text("{messages:1 new message|# new messages}")
LETTERS_SET_ASIDE: Final = Text(
    "The file with your messages was damaged. It is kept as {kept}, and a new one was begun:"
    " earlier messages are not here any more, and people's devices are asked to begin anew."
)
LETTERS_LOST: Final = Text(
    "The file with your messages was damaged, and a new one was begun: earlier messages are not"
    " here any more. The damaged one is kept as letters.db.damaged; delete it, and this is not"
    " said any more."
)
KEYS_ERASED: Final = Text("erased {count:one set of old keys|# sets of old keys} for messages")

# --- what cannot be done -----------------------------------------------------------------

THE_MESSAGE: Final = Text("the message")
SAYS_NOTHING: Final = Text("A message has to say something.")
TOO_LONG: Final = Text(
    "A message has room for {most:1 byte|# bytes}; this one takes {bytes:#|#}."
)
TO_YOURSELF: Final = Text("That is yourself: messages go to others.")
IS_BLOCKED: Final = Text("You blocked them: unblock them first, to write to them.")
UNBLOCK_FIRST: Final = Text("You blocked them: unblock them first.")
NOT_BLOCKED: Final = Text("You did not block them.")
NOT_IN_GROUP: Final = Text("You are not in this group any more.")
NO_GROUP: Final = Text("There is no group of that name here.")
NO_REQUEST: Final = Text("They did not ask to write to you.")
NOT_AN_ADMIN: Final = Text("Only {admins} can add and remove people here.")
GROUP_IS_FULL: Final = Text("A group has room for {most:1 person|# people}.")
GROUP_IS_OLD: Final = Text(
    "The people of this group were changed {most:once|# times}, which is as often as can be:"
    " make a new one."
)
GROUP_NAME: Final = Text("A group needs a name, of {most:1 character|# characters} at most.")
IS_IN_IT: Final = Text("They are in this group already.")
IS_NOT_IN_IT: Final = Text("They are not in this group.")
WHAT_TO_ANSWER: Final = Text("A request is accepted, ignored or blocked.")
TOO_MANY_TALKS: Final = Text("There is room for {most:1 conversation|# conversations}.")
TOO_MANY_ON_THEIR_WAY: Final = Text(
    "{most:1 message is|# messages are} on their way already: wait until some have arrived."
)

# --- how far a message is ----------------------------------------------------------------

WAITS: Final = Text("sealed, waiting for somebody to take it")
WAITS_FOR_KEYS: Final = Text("saved here; it is sealed once their keys are found")
KEPT_AT: Final = Text("kept for them at {count:1 mailbox|# mailboxes}")
GIVEN: Final = Text("handed to their device")
ARRIVED: Final = Text("arrived")
EXPIRED: Final = Text("not delivered within 30 days, and given up")
GAP: Final = Text("{count:A message is missing|# messages are missing} before this one.")

# --- conversations -----------------------------------------------------------------------

NO_TALKS: Final = Text("No messages yet.")
HOW_TO_WRITE: Final = Text("Write to somebody: swarmfeed message WHO TEXT")
NO_LETTERS: Final = Text("Nothing was written here yet.")
REQUESTED: Final = Text("asks to write to you")
IGNORED: Final = Text("ignored")
BLOCKED: Final = Text("blocked")
LEFT: Final = Text("you are not in it any more")
ACCEPTED_NOW: Final = Text(
    "Accepted: {name} can write to you, and hears that the message arrived."
)
IGNORED_NOW: Final = Text("Ignored: nothing more of {name} is shown. They do not hear of it.")
SENT_NOW: Final = Text("Saved, and on its way: {state}.")
OFFLINE_NOW: Final = Text("Saved. It leaves this machine when your node runs: swarmfeed run")
GROUP_MADE: Final = Text("{who} made this group: {name}")
WAS_ADDED: Final = Text("{who} added {whom}")
WAS_REMOVED: Final = Text("{who} removed {whom}")
HAS_LEFT: Final = Text("{who} left")
TOLD_PEOPLE: Final = Text("{who} told who is in this group")

# --- what is private here ----------------------------------------------------------------

PRIVATE_HERE: Final = (
    (
        Text("Who can read a message"),
        Text(
            "Your devices and theirs. It is sealed for each of them, before it leaves this"
            " machine; whoever carries or keeps it sees that something is for a device, when it"
            " came and about how long it is, not what it says nor who wrote it."
        ),
    ),
    (
        Text("If a device is stolen"),
        Text(
            "What is on it can be read. What was sealed before cannot be opened again: keys"
            " change with each message. A first message nobody answered yet is safe only once"
            " its key is erased, after 44 days. After one answer each way a thief who only"
            " listened reads nothing more; one who writes as you does, until you remove the"
            " device."
        ),
    ),
    (
        Text("What others can see"),
        Text(
            "That you have mailboxes, and when your keys changed: that stands in your log. The"
            " machine that keeps your mail sees the address of the machine that brings it."
        ),
    ),
    (
        Text("Protected posts"),
        Text(
            "Approved followers keep the key, to read older posts: whoever takes it from them"
            " reads what they could read. Whom you remove reads nothing from the next post on."
        ),
    ),
    (
        Text("What it is not"),
        Text(
            "Not audited: nobody outside has examined it. Whoever you write to can show it to"
            " others. There is no proof of who wrote a message, and none that nobody else has"
            " it."
        ),
    ),
)
"""Questions and answers, for the page of conversations."""

SENT_WITH_OTHER_WORDS: Final = Text(
    "This was sent already, with other words, so nothing was sent now. Send it once more, and"
    " it becomes a message of its own."
)
WRITE_WITH_KEY: Final = Text(
    "{reason}; to write it again without sending it twice, add: --key {key}"
)
NO_SUCH_PICTURE: Final = Text("There is no such picture in this conversation.")
