"""Bounds of media: pictures, sound, films and other files."""

from typing import Final

MEBI: Final = 1024 * 1024

PART_BYTES: Final = 64 * 1024
"""What is encrypted at a time: a player that jumps reads so much more than it asks for."""

# --- pictures ------------------------------------------------------------------------------

PICTURE_BYTES_MAX: Final = 32 * MEBI
"""Longest picture that is decoded: the largest photographs of today's phones have 25 MB."""

PICTURE_PIXELS_MAX: Final = 25_000_000
"""Most pixels of a picture that is decoded: 100 MB in memory."""

PUBLISHED_SIDE: Final = 2_560
"""Longest side of a picture as it is published and shown: a whole screen."""

PUBLISHED_BYTES: Final = 2 * MEBI
"""How long a published picture may be: two seconds at 10 Mbit/s."""

CODES_MAX: Final = 8
"""QR codes of one picture that are read: one that was photographed, and its neighbours."""

SMALL_SIDE: Final = 960
"""Longest side of a picture in a list of posts: twice what it takes there, for fine screens."""

FACE_SIDE: Final = 400
"""Longest side of an avatar as it is published: 10 to 40 kB."""

BANNER_SIDE: Final = 1_500
"""Longest side of the wide picture above somebody's page, as it is published."""

# --- the process that decodes --------------------------------------------------------------

WORKER_MEMORY_BYTES: Final = 1_536 * MEBI
"""Address space of the process that decodes one picture: 25 million pixels three times over,
with what the interpreter and the libraries map."""

WORKER_CPU_S: Final = 20
"""Processor time that a picture may take: forty times what a photograph of 12 million pixels
does."""

WORKER_WAIT_S: Final = 60
"""After this it is ended, however busy the machine is."""

WORKERS_MAX: Final = 2
"""Pictures that are decoded at the same time."""

# --- files -------------------------------------------------------------------------------

SNIFFED_BYTES: Final = 64
"""First bytes of a file, by which its type is told."""

ALT_GRAPHEMES_MAX: Final = 1_000
"""Letters, as people count them, in the description of a picture."""

UPLOAD_PART_BYTES: Final = MEBI
"""Bytes of a file that are handed over at a time."""

UPLOADS_MAX: Final = 16
"""Files that wait to be published: four posts of a person who writes in four tabs.  Of more,
the oldest one goes: many posts that were refused keep nobody from writing the next one."""

UPLOAD_KEPT_S: Final = 24 * 3_600
"""How long one waits: a draft is finished within a day."""

MEDIA_DISK_BYTES: Final = 1024 * MEBI
"""Disk for media of others, if nothing is said: 1,000 to 5,000 pictures."""

FETCHED_BY_ITSELF_BYTES: Final = 2 * MEBI
"""Media of people one follows that are fetched unasked, each as long as this at most: every
published picture is."""

# --- drafts --------------------------------------------------------------------------------

DRAFT_FILES_MAX: Final = 64
"""Pictures and files that drafts have on this machine: sixteen posts with four each."""

DRAFT_FILES_BYTES_MAX: Final = 512 * MEBI
"""What they take at most: all of them photographs of today's phones, or five films."""

DRAFT_PLACE_CHARS_MAX: Final = 128
"""Longest name of the place of a draft."""

DRAFT_PICTURES_KEPT: Final = 16
"""Pictures of drafts that stay in memory as a page shows them, 2 MB each at most."""

FILE_TYPE_CHARS_MAX: Final = 64
"""Longest type that the first bytes of a file have."""

# --- giving and fetching -------------------------------------------------------------------

MEDIA_AWAKE_MAX: Final = 500
"""Torrents of media that are loaded at once; 20 kB each."""

WANTS_PER_S: Final = 20
"""Files that one peer may come for in a second, on average: a page of posts with pictures."""

WANTS_WAITING_MAX: Final = 200
"""And at once: a timeline of 50 posts with four pictures each."""

FETCHES_AT_ONCE: Final = 8
"""Files that are fetched at the same time."""

FETCHES_WAITING_MAX: Final = 400
"""Files that wait to be; more are fetched when somebody looks."""

FETCH_PATIENCE_S: Final = 60
"""After this without a byte, and without anybody new who has it, a file is given up."""

FETCH_ANSWER_S: Final = 20
"""How long who asks for a file waits for it to be here; then it is told as coming."""

LOOKED_BACK_POSTS: Final = 30
"""Posts of an author whose media are fetched by themselves: the newest, a page."""

PLAYED_PART_BYTES: Final = 4 * MEBI
"""Of a film or sound a player is given so much at a time; it asks for the next part itself."""

OPENED_KEPT_BYTES: Final = 64 * MEBI
"""Opened pictures of protected posts that stay in memory, and nowhere else."""

LETTER_MEDIA_KNOWN: Final = 2_000
"""Pictures of letters whose keys are at hand for a page: those of two whole conversations, 2 kB
each, in memory alone."""
