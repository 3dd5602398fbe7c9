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
    " Any {needed} of them make your second sheet again; fewer say nothing at all. Never keep"
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
