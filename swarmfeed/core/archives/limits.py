"""Bounds of archives that come in."""

from typing import Final

RECORD_CHARS_MAX: Final = 4 * 1024 * 1024
"""Longest record of a file: a post of X with all that stands beside it takes 20 kB at most."""

DEPTH_MAX: Final = 64
"""How deep a record may be nested."""

HTML_CHARS_MAX: Final = 256 * 1024
"""Longest text in HTML that is read: servers take 100,000 characters at most."""

POSTS_MAX: Final = 2_000_000
"""Most posts of one archive: a post an hour for 200 years.  They are sorted in memory, about a
kilobyte each."""

KEPT_CHARS_MAX: Final = 256 * 1024 * 1024
"""Characters of all posts of an archive, and of what is remembered beside them: two million
posts of 130 each.  They are in memory."""

WRITERS_MAX: Final = 100_000
"""People who are counted, to tell whose an archive is that has notes of many."""

DIGITS_MAX: Final = 400
"""Longest whole number that is read as one; longer ones are nothing, and take long."""

REASONS_MAX: Final = 50
"""Reasons that are told one by one why records do not come."""

NAMED_MAX: Final = 3
"""Files that are named in a sentence."""

SAMPLES_MAX: Final = 5
"""Posts of a look that are shown, from the oldest to the newest."""

SAMPLE_CHARS_MAX: Final = 280
"""Characters of a text that are shown with what will not come."""

MEMBERS_MAX: Final = 1_000_000
"""Most files of an archive: one for each picture of a long life."""

DIRECTORY_BYTES_MAX: Final = 96 * MEMBERS_MAX
"""Longest list of the files of a zip: 46 bytes and a name for each.  All of it is in memory
before the files are counted, and eight times as much."""

MEMBER_BYTES_MAX: Final = 8 * 1024 * 1024 * 1024
"""Longest file that is read: four million posts of X."""

RATIO_MAX: Final = 200
"""How many times longer than packed a file may be: JSON of posts is 10 to 40 times,
what is made to fill disks 1,000 times."""

RATIO_BYTES: Final = 16 * 1024 * 1024
"""Up to this length a file may be packed as tightly as it likes."""

PART_BYTES: Final = 256 * 1024
"""Bytes of a file that are in memory at once."""

XML_BYTES_MAX: Final = 64 * 1024 * 1024
"""Longest feed in XML."""

CAR_BYTES_MAX: Final = 512 * 1024 * 1024
"""Longest repository of Bluesky: it has no pictures, and a million posts take 400 MB."""

TREE_DEPTH_MAX: Final = 64
"""Depth of its tree: each level has four times as many keys."""

BATCH_POSTS: Final = 2_048
"""Posts that are brought in under one head."""

BATCH_MEDIA: Final = 64
"""Pictures and files made ready before their posts are signed: a kill loses no more."""
