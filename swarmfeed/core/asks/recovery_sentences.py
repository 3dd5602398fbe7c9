"""What people are told about sheets and shares, passphrases, and getting an author back.

What is wrong with single words stands in ``core/base/word_sentences.py``.
"""

from typing import Final

from swarmfeed.core.base.texts import Text

# --- shares: shell/shares.py, cli/commands/shares.py -----------------------------------------

A_SHARE: Final = Text("a share")
SHARES_NEEDED: Final = Text(
    "{needed:1 share is|# shares are} needed, and {given:only 1 is|only # are} here; the same"
    " one twice counts once"
)
SHARES_OF_SEVERAL: Final = Text(
    "these shares were not made together: each set opens with words of its own, compare the"
    " first two of each share"
)
SHARES_DO_NOT_FIT: Final = Text(
    "these shares do not fit together; look for one that was copied wrong, or is of another set"
)
SHARES_COUNT: Final = Text(
    "shares can be made for {most} people at most, and at least 2 of them have to be needed"
    " together: more than {of} cannot be needed of {of}"
)
SHARE_PASSPHRASE: Final = Text(
    "the passphrase of shares has letters, digits and signs of an English keyboard only"
)
SHARE_TITLE: Final = Text("Share {number} of {count}")
SHARE_ADVICE: Final = Text(
    "Write these words on paper, with the code {code}, and give them to one person you trust."
    " Any {needed} of them make this sheet again; fewer say nothing at all. Never keep"
    " two of them in one place."
)
SHARE_PASSPHRASE_ADVICE: Final = Text(
    "They need the passphrase too. A wrong one is not refused: it makes another sheet, and only"
    " the code tells that it is not yours."
)
SHARE_NEXT: Final = Text("Press Enter when it is on paper; then comes the next")
SHARE_ASKED: Final = Text("words of share {number}, on one line")
SHARES_MADE: Final = Text(
    "The shares are not kept anywhere. Try them once, before you need them: swarmfeed shares"
    " join -"
)
SHARES_GIVEN: Final = Text(
    "these are the words of shares, and not of a sheet; as many of them as are needed make the"
    " sheet again, by: swarmfeed shares join -"
)
SHEET_OF_SHARES: Final = Text(
    "These are the words of the sheet with the code {code}. Compare it with the code on the"
    " shares: with another one, the passphrase was wrong, and these words are nobody's."
)
CODE_DIFFERS: Final = Text(
    "these shares lead to a sheet with the code {code}, and not {expected}: the passphrase is"
    " wrong, or they are shares of another sheet"
)

# --- the passphrase: cli/commands/passphrase.py, shell/passphrases.py ------------------------

PASSPHRASE_CHANGED: Final = Text(
    "The keys open with the new passphrase from now on. Copies of the old key file, a backup"
    " perhaps, still open with the old one: delete them if somebody may know it."
)
PASSPHRASE_GONE: Final = Text(
    "The keys need no passphrase any more: whoever can read the file has them."
)
EITHER_PASSPHRASE: Final = Text("give either a new passphrase or --no-passphrase, not both")
PASSPHRASE_FORGOTTEN: Final = Text("The keyring does not have the passphrase any more.")
NOT_IN_KEYRING: Final = Text("the keyring has no passphrase of this home")
KEYRING_NOT_INSTALLED: Final = Text(
    "the keyring needs one more library; install it with: pip install 'swarmfeed[keyring]'"
)
NO_KEYRING: Final = Text(
    "this system offers no keyring here; use --passphrase-file, or let the passphrase be asked"
)
KEYRING_FAILED: Final = Text("the keyring did not answer: {reason}")
KEPT_IN_KEYRING: Final = Text(
    "The passphrase is in the keyring of this system now; take it out with: swarmfeed"
    " passphrase --forget"
)

# --- locking: node/feeds/locking.py, cli/commands/locking.py, webui/pages/locking.py ---------

LOCKED: Final = Text(
    "Your keys are locked: this node reads, fetches and passes on as before, and writes nothing"
    " in your name until you give the passphrase, on the page under Me or with: swarmfeed"
    " unlock"
)
NEVER_LOCKED: Final = Text(
    "Your keys have no passphrase, so they are always open; give them one with: swarmfeed"
    " passphrase"
)
UNLOCKED: Final = Text("Your keys are open in this node, so that it can write when you say so.")
NOTHING_TO_LOCK: Final = Text(
    "your keys have no passphrase, so locking them would keep nobody out; give them one with:"
    " swarmfeed passphrase"
)
OTHER_KEYS: Final = Text(
    "the key file was replaced since this node started; stop it and start it again"
)
LOCK_MEANS: Final = Text(
    "The node lets go of the key it writes with. What it cannot promise: that no copy of the"
    " key is left in the memory of this machine. Stop the node to be sure of that."
)
NODE_NEEDED: Final = Text(
    "no node is running here, so no keys are open; they need the passphrase at every start"
)

# --- moving to the second sheet, coming back: recovering.py, cli/commands --------------------

CERTIFICATES_FALSE: Final = Text("these certificates are not yours: {reason}")
NOT_SECOND_SHEET: Final = Text(
    "these words are not those of your second sheet, nor of a newer first one; nothing was"
    " changed"
)
NO_SHEET_LEFT: Final = Text(
    "you moved to a new sheet {moves} times, which is as often as it can be done; nothing"
    " was changed"
)
SECOND_SHEET_GIVEN: Final = Text(
    "these are the words of the second sheet, for when the first one was stolen; then say:"
    " swarmfeed move-to-second-sheet - ; else take the words of the first one"
)
FIRST_SHEET_GIVEN: Final = Text(
    "these are the words of your first sheet, which signs now; to move, give those of the"
    " second one. If you have moved already, there is nothing left to do"
)
NOBODY_FOUND: Final = Text(
    "nobody who holds this author answered within {seconds} s, so nothing was changed; try"
    " again with --peer HOST:PORT and the address of somebody who follows them"
)
SHEET_REPLACED: Final = Text(
    "these words are of a sheet that was replaced since: this author moved on to a newer one."
    " Take the words of the newest first sheet, or those of the second one with: swarmfeed"
    " move-to-second-sheet -"
)
WHAT_MOVING_DOES: Final = Text(
    "From then on the key of the first sheet signs nothing that counts any more: whatever a"
    " thief did or does with it is gone. Your address stays the same, and nobody has to follow"
    " you anew. You get a new second sheet. Your first sheet is void from then on, and the"
    " second one is your first."
)
WILL_STAY: Final = Text("stays: {feed}, {entries:1 entry|# entries}")
WILL_BE_CUT: Final = Text("stays in part: {feed}, up to entry {end} of {entries}")
WILL_GO: Final = Text("goes: {feed}, {entries:1 entry|# entries}")
NEWEST: Final = Text("the newest post there: {newest}")
NO_SUCH_FEED: Final = Text("you have no device with a feed {name} that is known here")
SEVERAL_FEEDS: Final = Text("several of your feeds start with {name}; give more of the address")
THIS_STAYS: Final = Text("the device that moves stays; it cannot be taken away itself")
ASK_TO_MOVE: Final = Text("This cannot be undone. Move to the second sheet now?")
SHEET_IS_THERE: Final = Text(
    "{path} is there already, and this never overwrites it; nothing was changed"
)
MOVED: Final = Text(
    "You are on your second sheet now: it is your first one from today. Burn the old first"
    " sheet; it opens nothing any more."
)
MOVED_ALREADY: Final = Text(
    "You had moved to this sheet before; what was still lacking is done. A device that went"
    " then stays away, unless you name it with --whole. The second sheet is the one that was"
    " shown then."
)
NEW_SECOND_SHEET: Final = Text(
    "Write these 24 words on a new sheet and keep it in another place. They are your second"
    " sheet from now on; the words you have just typed are your first."
)
MOVE_ON: Final = Text(
    "Others hear of it while your node runs. Your other devices go on by themselves."
)

YOU: Final = Text("you")
WELCOME_BACK: Final = Text("Welcome back, {name}.")
ALL_CAME_BACK: Final = Text(
    "All {entries:1 entry|# entries} of what you wrote on {devices:another device|# other"
    " devices} are here again, and whom you follow with them."
)
SOME_CAME_BACK: Final = Text(
    "Of {entries:1 entry|# entries} that you wrote {held:1 is|# are} here so far; the rest"
    " comes while the node runs."
)
NOTHING_CAME_BACK: Final = Text(
    "Nobody who has what you wrote before was reached. It comes when the node meets somebody"
    " who has it, and with it your name and whom you follow; writing works meanwhile."
)
LOST_DEVICES: Final = Text(
    "Is a device gone for good? Then take it from your name, so that nobody writes with it:"
    " swarmfeed devices remove NAME"
)
ASKED_ONCE: Final = Text(
    "This machine asks once about each older device, since it did not add them: say which were"
    " yours with: swarmfeed alarms"
)
NAME_IT: Final = Text(
    "This machine has no name among your devices yet; give it one with: swarmfeed devices name"
    " NAME"
)
RESTORED_NEXT: Final = Text(
    "Next: swarmfeed run, best with --peer and somebody who follows you"
)


def what_came_back(*, entries: int, held: int, devices: int) -> tuple[str, ...]:
    """What is here again after words were given, and what to do about lost devices.

    Args:
        entries: That others were seen to have; 0: nobody was reached.
        held: Of those, and of the new device, here now.
    """
    if not entries:
        return (NOTHING_CAME_BACK(),)
    if held >= entries:
        return ALL_CAME_BACK(entries=entries, devices=devices), ASKED_ONCE(), LOST_DEVICES()
    return SOME_CAME_BACK(entries=entries, held=held), ASKED_ONCE(), LOST_DEVICES()
