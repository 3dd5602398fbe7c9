"""What people are told of pictures and files: every sentence of the role, once."""

from typing import Final

from swarmfeed.core.base.texts import Text

NO_PICTURE: Final = Text(
    "This is no picture that can be read. JPEG, PNG, WebP and GIF can; a screenshot of it does,"
    " too."
)
PICTURE_TOO_LARGE: Final = Text(
    "This picture is too large to be read here: {most} million pixels fit. Save it smaller, and"
    " choose it again."
)
PICTURE_TOO_HARD: Final = Text(
    "This picture took more memory or time than a picture may. Save it anew with another"
    " program, and choose it again."
)
NO_CODE: Final = Text(
    "There is no QR code in this picture that can be read. Take it from the front, near enough"
    " that the code fills half of it, or ask for the link itself."
)
FOREIGN_CODE: Final = Text(
    "The code in this picture is no link of a person here. Whom you want to follow finds theirs"
    " on the page Profile."
)
NO_WORKER: Final = Text("Pictures cannot be read on this machine just now: {reason}")
EMPTY_FILE: Final = Text("This file is empty.")
FILE_TOO_LONG: Final = Text("This file is too long: {most} MB fit.")
NO_SUCH_UPLOAD: Final = Text(
    "A picture or file of this post is not here any more; choose it again."
)
DRAFTS_FULL: Final = Text(
    "There is no room for more pictures and files in drafts. Post or discard a draft that has"
    " some, and choose it again."
)
ALT_TOO_LONG_TO_KEEP: Final = Text(
    "The description of “{file}” is too long for a draft. It can be posted as it is."
)
TOO_MANY_MEDIA: Final = Text("A post has {most:1 picture or file|# pictures or files} at most.")
ONLY_PICTURES_PROTECTED: Final = Text(
    "For a circle only pictures can be published yet, no sound, films or other files."
)
THE_DESCRIPTION: Final = Text("the description")
ALT_TOO_LONG: Final = Text(
    "The description has {letters:1 letter|# letters}; {most} fit. Say the rest in the post."
)
NOT_HERE: Final = Text("This picture or file is not on this machine; fetch it first.")
NO_SUCH_FORM: Final = Text("A picture is whole or small, anything else a file.")
ONLY_AS_PICTURE: Final = Text("A picture is shown as this machine made it, whole or small.")
NO_SUCH_MEDIUM: Final = Text("This post has {count:1 picture or file|# pictures or files}.")

GIVEN: Final = Text("{files:1 file|# files} given to others")
COMING: Final = Text("{files:1 file|# files} on the way")
LET_GO: Final = Text("{files:1 file|# files} let go")
STILL_AWAY: Final = Text("Number {number} did not come yet; whoever has it may not be there.")
OWN_MEDIA: Final = Text("{files:1 picture or file|# pictures and files} of yours: {size}.")
OTHERS_MEDIA: Final = Text(
    "{files:1 picture or file|# pictures and files} of others: {size} of {disk}."
)
UNREADABLE: Final = Text("{path} cannot be read: {reason}")
MORE_ALTS_THAN_FILES: Final = Text("There are more descriptions than files; each file has one.")
NOT_DESCRIBED: Final = Text("not described")
PICTURE: Final = Text("picture")
FILE: Final = Text("file")
IS_HERE: Final = Text("here")
IS_AWAY: Final = Text("not here yet")
ON_ITS_WAY: Final = Text("On its way")
NOT_FETCHED: Final = Text("Not fetched yet")
CANNOT_BE_SHOWN: Final = Text("This cannot be shown: it is no picture that can be read.")
FACTS: Final = Text("{kind}, {size}")
