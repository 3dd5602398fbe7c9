"""A small world that is worth a picture: who is in it, and what they wrote."""

from functools import cache
from hashlib import sha256
from io import BytesIO
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from PIL import Image
from street.fakes import history
from street.fakes.desk import FakeDesk
from street.fakes.letters import came
from street.fakes.reactions import quoted_of
from street.fakes.samples import NOON_MS
from swarmfeed.core.asks.letters import WriteLetter
from swarmfeed.core.asks.media import HERE, MediumFile, MediumView, ShowMedium
from swarmfeed.core.asks.neighbours import Neighbour, Neighbourhood
from swarmfeed.core.asks.posts import BoostedBy
from swarmfeed.core.asks.sentences import how_it_is
from swarmfeed.core.asks.supernodes import Supernodes
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import Hash, NodeId
from swarmfeed.core.history.sentences import IN_SERVICE, how_safe
from swarmfeed.errors import UserError

from showcase.around import let_it_happen
from showcase.kept import keep, sit_at_one_table
from showcase.pictures import DRAWN

MINUTE_MS: Final = 60_000

PEOPLE: Final = (
    ("Ada Lind", "Keeps the harbour archive. Scans slides on Sundays.", 905),
    ("Rui", "Runs the library's machine, and the coffee beside it.", 640),
    ("森下千尋", "陶芸。青い釉薬。", 410),
    ("ليلى حداد", "أكتب عن الحدائق، وعن جدتي.", 288),
    ("Tomek", "Fish, nets, weather.", 1_530),
    ("Óscar Nwosu", "Astronomer without a telescope.", 8_100),
    ("Mira Aaltonen", "Sings alto, builds bridges.", 350),
    ("Grete Möller", "Chor, Bienen, Kaffee.", 720),
    ("Anika Rao", "", 96),
)
"""Name, what they say of themselves, and how much they wrote."""


class Said(Struct, frozen=True, kw_only=True):
    """A post of the shown world."""

    who: str
    minutes: int
    """How long ago."""
    text: str
    cw: str = ""
    pictures: tuple[tuple[str, str], ...] = ()
    """Each by its name, and what it shows."""
    sound: str = ""
    """The name of a file that is not here."""
    likes: int = 0
    boosts: int = 0
    boosted_by: str = ""
    quotes: str = ""
    """Whose post, the newest of theirs until then."""
    audience: str = ""


POSTS: Final = (
    Said(
        who="Anika Rao",
        minutes=1_080,
        text="Fog.",
        pictures=(("fog", "Hills in fog."),),
        likes=2,
    ),
    Said(
        who="Ada Lind",
        minutes=480,
        text="Field recording from the harbour, 40 minutes of rigging and gulls. Notes:"
        " https://example.org/harbour-notes #fieldrecording",
        sound="harbour.ogg",
        likes=22,
        boosts=4,
    ),
    Said(
        who="Grete Möller",
        minutes=390,
        text="Probe am Donnerstag fällt aus, die Heizung im Pfarrhaus streikt. Wer hat ein"
        " Wohnzimmer für elf Leute und einen Tenor?",
        audience="Choir",
        likes=9,
    ),
    Said(
        who="Grete Möller",
        minutes=330,
        text="Unser Bass hat heute die falsche Seite aufgeschlagen und es war das Schönste am"
        " ganzen Abend. Niemand hat abgebrochen.",
        likes=31,
    ),
    Said(
        who="Mira Aaltonen",
        minutes=300,
        text="This, but for every village choir I have ever sung in.",
        quotes="Grete Möller",
        likes=31,
        boosts=2,
    ),
    Said(
        who="Óscar Nwosu",
        minutes=180,
        text="Some notes for those who asked how to see the Andromeda galaxy without any"
        " instrument at all.\n\nFirst, wait. Your eyes need twenty minutes, and one look at"
        " a phone takes all of them away again. Then find the square of Pegasus, high in"
        " the south in late November. From its upper left corner go two stars to the left"
        " and two stars up, and do not look straight at the place but a little beside it."
        " What you see is a smudge the width of your thumb.\n\nThe light left when our"
        " ancestors were learning to keep a fire. It is the oldest thing you will ever see"
        " with nothing but your eyes, and it costs a coat and a thermos.\n\nIf there is a"
        " street lamp, stand so that a tree is between you and it. If there is a cloud, go"
        " home: the galaxy waits. #andromeda",
        pictures=(("stars", "The Milky Way over a hill; somebody looks through a telescope."),),
        likes=120,
        boosts=33,
    ),
    Said(
        who="Tomek",
        minutes=120,
        text="The auctioneer sells forty crates in nine minutes and drinks his tea in between.",
        cw="Fish market at five in the morning",
        pictures=(("market", "Crates of fish, twelve of them."),),
        likes=5,
    ),
    Said(
        who="ليلى حداد",
        minutes=60,
        text="أزهر الياسمين قبل موعده بشهر. جدتي كانت تقول إن الياسمين لا يخطئ، نحن الذين نخطئ"
        " في عدّ الأيام.",
        pictures=(("jasmine", "ياسمين أبيض بين أوراق خضراء."),),
        likes=40,
        boosts=8,
    ),
    Said(
        who="森下千尋",
        minutes=32,
        text="窯出し。青が思ったより深くなりました。三つ目の鉢だけ、底に小さな海ができています。"
        " #陶芸 #窯出し",
        pictures=(
            ("bowl", "深い青の鉢。"),
            ("kiln", "窯の火。"),
            ("fog", "朝の山。"),
        ),
        likes=84,
        boosts=21,
        boosted_by="Rui",
    ),
    Said(
        who="Rui",
        minutes=20,
        text="The library has a scanner for slides now. I found my grandmother in the third"
        " box.",
        likes=17,
    ),
)
"""Oldest first."""


SOUND_BYTES: Final = 38_000_000

HELD: Final = (12, 12, 12, 12, 8, 5, 0, 0)
"""Entries that each machine around signed to hold; the last two are supernodes."""

SERVERS: Final = frozenset({3})
AWAY: Final = frozenset({5})


class ShownDesk(FakeDesk):
    """The desk of Inés, who follows nine people."""

    def __init__(self) -> None:
        super().__init__("Inés Otero", samples=False)
        self.sentence = how_it_is(running=True, peers=8, held_by=3, safe=True)
        me = self.authors[self.me]
        self.authors[self.me] = replace(
            me,
            bio="Translator, keeper of other people’s letters. Writing a book on lighthouse"
            " keepers; slowly.",
        )
        self.people = {
            name: self.add_author(name, bio=bio, followed=True, size=size)
            for name, bio, size in PEOPLE
        }
        self._let_some_be_on_their_way()
        self.rows[ShowMedium] = _show
        for said in POSTS:
            self._say(said)
        self._converse()
        self._correspond()
        self._let_machines_be_around()
        self._keep_for_others()
        let_it_happen(self, self.people)
        keep(self, self.people)
        sit_at_one_table(self, "Júlia Prat")

    def _say(self, said: Said) -> None:
        post = self.add_post(
            self.people[said.who], said.text, NOON_MS - said.minutes * MINUTE_MS
        )
        quoted = [each for each in self.posts if each.author_name == said.quotes][-1:]
        self.posts[-1] = replace(
            post,
            cw=said.cw,
            media=(*(_picture(name, alt) for name, alt in said.pictures), *_sound(said.sound)),
            likes=said.likes,
            boosts=said.boosts,
            boosted_by=self._booster(said),
            audience=said.audience,
            quotes=quoted[0].ref if quoted else None,
            quoted=quoted_of(quoted[0]) if quoted else None,
        )

    def _booster(self, said: Said) -> BoostedBy | None:
        if not said.boosted_by:
            return None
        by = self.people[said.boosted_by]
        return BoostedBy(author_id=by, author_name=said.boosted_by, time_ms=NOON_MS)

    def _let_some_be_on_their_way(self) -> None:
        oscar = self.people["Óscar Nwosu"]
        self.authors[oscar] = replace(self.authors[oscar], entries_held=3_920)

    def _converse(self) -> None:
        asked = self.posts[-1]
        answer = self.add_post(
            self.people["Ada Lind"],
            "To the left of the subject is where the good light was.",
            NOON_MS - 11 * MINUTE_MS,
            reply_to=asked.ref,
        )
        self.add_post(
            self.me,
            "Good morning. Coffee first, then the long post about the lighthouse keepers.",
            NOON_MS - 4 * MINUTE_MS,
            held_by=3,
        )
        self.add_post(
            self.me,
            "Then she had it, too. Mine always stood where the lamp was.",
            NOON_MS - 3 * MINUTE_MS,
            reply_to=answer.ref,
            held_by=2,
        )

    def _let_machines_be_around(self) -> None:
        parents = self.ask(Supernodes()).parents
        nodes = [NodeId(sha256(bytes([number])).digest()) for number in range(len(HELD))]
        nodes[-len(parents) :] = [each.node_id for each in parents]
        self.neighbourhood = Neighbourhood(
            entries=max(HELD),
            neighbours=tuple(
                Neighbour(
                    node_id=node_id,
                    is_history_server=number in SERVERS,
                    since_ms=None
                    if number in AWAY
                    else NOON_MS - (number + 1) * 47 * MINUTE_MS,
                    has=has,
                )
                for number, (node_id, has) in enumerate(zip(nodes, HELD, strict=True))
            ),
            total=len(HELD),
        )

    def _keep_for_others(self) -> None:
        """In sentences of a real node, which are said in other languages too."""
        told = history.history_status(self.me, "Inés Otero", NOON_MS)
        self.history_status = replace(
            told, sentence=IN_SERVICE["community"](feeds=212), feeds_leased=212
        )
        who = how_safe(friends=2, servers=3, reachable=0.9998, copies_missing=0, safe=True)
        self.safety = replace(history.SAFETY, sentence=who)

    def _correspond(self) -> None:
        ada, rui = self.people["Ada Lind"], self.people["Rui"]
        came(self, ada, "Do you still have the key to the lamp room?")
        self.ask(WriteLetter(talk=format_author(ada), text="It hangs where it always hung."))
        came(self, ada, "Then I come by on Friday, with the negatives.")
        came(self, rui, "The third box is yours, if you want it.")


def _picture(name: str, alt: str) -> MediumView:
    data = _drawn(name)
    width, height = Image.open(BytesIO(data)).size
    return MediumView(
        id=Hash(sha256(data).digest()),
        type="image/webp",
        size_bytes=len(data),
        state=HERE,
        alt=alt,
        width=width,
        height=height,
    )


def _sound(name: str) -> tuple[MediumView, ...]:
    if not name:
        return ()
    identity = Hash(sha256(name.encode()).digest())
    return (MediumView(id=identity, type="audio/ogg", size_bytes=SOUND_BYTES, file_name=name),)


@cache
def _drawn(name: str) -> bytes:
    return DRAWN[name]()


def _show(_: object, ask: ShowMedium) -> MediumFile:
    data = next((each for each in map(_drawn, DRAWN) if sha256(each).digest() == ask.id), None)
    if data is None:
        raise UserError("it is not here")  # the sound, which nobody has fetched
    return MediumFile(type="image/webp", data=data, path="")
