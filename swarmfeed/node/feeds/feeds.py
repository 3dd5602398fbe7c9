"""The feeds part put together: what every node does, whatever roles it has beside."""

from collections.abc import Sequence
from functools import partial

from msgspec import Struct

from swarmfeed.core.asks import sentences
from swarmfeed.core.talk.words import (
    Certificates,
    ForkProof,
    Frames,
    Have,
    HeadOffer,
    Holders,
    NewEntries,
    NotHeld,
    Patch,
    Receipt,
    Several,
    Wake,
    Want,
)
from swarmfeed.node.feeds import answers, upkeep
from swarmfeed.node.feeds.announcer import Announcer
from swarmfeed.node.feeds.asking import Asking
from swarmfeed.node.feeds.blocking import Blocking, Filtering
from swarmfeed.node.feeds.bookmarking import Bookmarking
from swarmfeed.node.feeds.carer import Carer
from swarmfeed.node.feeds.caretaker import Caretaker
from swarmfeed.node.feeds.certifying import Certifying
from swarmfeed.node.feeds.collector import Collector
from swarmfeed.node.feeds.comparing import Comparer
from swarmfeed.node.feeds.depositor import Depositor
from swarmfeed.node.feeds.ending import StopTaker
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.feeds.finder import Finder
from swarmfeed.node.feeds.follower import Follower
from swarmfeed.node.feeds.friends import FriendsOfFriends
from swarmfeed.node.feeds.grower import Grower
from swarmfeed.node.feeds.hearing import Hearing
from swarmfeed.node.feeds.holder import Holder
from swarmfeed.node.feeds.importer import Importer
from swarmfeed.node.feeds.lacking import Missing
from swarmfeed.node.feeds.liked import Liked
from swarmfeed.node.feeds.locking import Locking
from swarmfeed.node.feeds.logged import AboutLog
from swarmfeed.node.feeds.looker import Looker
from swarmfeed.node.feeds.muting import Muting
from swarmfeed.node.feeds.naming import Naming
from swarmfeed.node.feeds.neighbours import AboutNeighbours
from swarmfeed.node.feeds.notifying import Notifying
from swarmfeed.node.feeds.noting import Noting
from swarmfeed.node.feeds.once import Once
from swarmfeed.node.feeds.patcher import Patcher
from swarmfeed.node.feeds.people_lists import ListKeeping
from swarmfeed.node.feeds.profiles import Profiles
from swarmfeed.node.feeds.quoting import Quoting
from swarmfeed.node.feeds.reacting import Reacting
from swarmfeed.node.feeds.reading import Reading
from swarmfeed.node.feeds.screen import Screen, screen_of
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.feeds.sheets import SheetKeeper
from swarmfeed.node.feeds.showing import Showing
from swarmfeed.node.feeds.shown import Shown
from swarmfeed.node.feeds.sources import source_in
from swarmfeed.node.feeds.started import AboutStart
from swarmfeed.node.feeds.status import Reporter
from swarmfeed.node.feeds.stopping import Stopping
from swarmfeed.node.feeds.suggesting import Suggesting
from swarmfeed.node.feeds.sweeper import Sweeper
from swarmfeed.node.feeds.thread_muting import ThreadMuting
from swarmfeed.node.feeds.timekeeper import Timekeeper
from swarmfeed.node.feeds.torrents import SealedTorrents
from swarmfeed.node.feeds.whereabouts import Whereabouts
from swarmfeed.node.feeds.withdrawing import Withdrawing
from swarmfeed.node.feeds.writer import Writer
from swarmfeed.node.ground import events
from swarmfeed.node.ground.desk import Answers
from swarmfeed.node.ground.events import Listens, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Rows
from swarmfeed.node.ground.switchboard import Hears, hears, hears_looked
from swarmfeed.node.role import Role
from swarmfeed.ports import DhtPeersFound, Job, SwarmEvent


class Feeds(Struct, frozen=True, kw_only=True):
    """The parts; roles call them, and they know no role."""

    ground: Ground
    seeder: Seeder
    announcer: Announcer
    fetcher: Fetcher
    patcher: Patcher
    holder: Holder
    asking: Asking
    whereabouts: Whereabouts
    grower: Grower
    follower: Follower
    hearing: Hearing
    once: Once
    writer: Writer
    withdrawing: Withdrawing
    importer: Importer
    finder: Finder
    depositor: Depositor
    sheets: SheetKeeper
    collector: Collector
    friends: FriendsOfFriends
    showing: Showing
    carer: Carer
    looker: Looker
    notifying: Notifying
    caretaker: Caretaker
    reporter: Reporter
    timekeeper: Timekeeper
    sweeper: Sweeper

    def role(self) -> Role:
        """What the feeds part hears, and when it works."""
        return Role(
            name="feeds",
            parts=self,
            hears=self._hears(),
            answers=(*self._answers(), *StopTaker(self.ground).rows()),
            listens=self._listens(),
            jobs=self._jobs,
            rows=self._rows(),
            stop=self.fetcher.stop,
        )

    def on_swarm(self, event: SwarmEvent) -> None:
        """Take what the swarm says."""
        if not isinstance(event, DhtPeersFound):
            if not self.collector.on_event(event):
                self.fetcher.on_event(event)
                self.ground.events.tell(events.TorrentTold(event))
        elif not self.fetcher.on_dht_peers(event) and not self.collector.on_dht_peers(event):
            self.finder.on_dht_peers(event)
            self.ground.events.tell(events.DhtAnswered(event.topic, event.peers))
            self.ground.beside.spawn(self.finder.connect())

    def _hears(self) -> tuple[Hears, ...]:
        return (
            hears(Want, self.holder.answer_want),
            hears(Wake, self.holder.on_wake),
            hears(HeadOffer, self.follower.on_offer),
            hears_looked(Several, self.follower.look_at, self.follower.on_several),
            hears(Certificates, self.follower.on_certificates),
            hears(NewEntries, self.follower.on_entries),
            hears(ForkProof, self.follower.on_fork),
            hears(Have, self.whereabouts.on_have),
            hears(Holders, self.whereabouts.on_holders),
            hears(Receipt, self.follower.on_receipt),
            hears(Frames, self.patcher.on_frames),
            hears(Patch, self.patcher.on_patch),
            hears(NotHeld, self.whereabouts.on_not_held),
        )

    def _listens(self) -> tuple[Listens, ...]:
        return (
            *self.ground.inventory.listens(),
            listens(events.LinkOpened, self.finder.followed.on_opened),
            listens(events.LinkStays, self.asking.on_stays),
            listens(events.LinkClosed, self.asking.on_close),
            listens(events.LinkClosed, self.fetcher.on_close),
            listens(events.LinkClosed, self.hearing.on_news),
            listens(events.HoldingTold, self.asking.on_holding),
            listens(events.NothingHeld, self.asking.on_nothing_held),
            listens(events.HoldingTold, self.hearing.on_news),
            listens(events.NothingHeld, self.hearing.on_nothing_held),
            listens(events.NothingHeld, self.looker.on_nothing_held),
            listens(events.ChunkKept, self.grower.on_chunk),
            listens(events.FellAsleep, self.holder.tell_asleep),
            listens(events.CertificatesGrew, self.holder.tell_certificates),
            listens(events.CertificatesTold, self.follower.on_more_certificates),
            listens(events.CertificatesGrew, self.showing.on_certificates),
            listens(events.HeadGrew, self.showing.on_head),
            listens(events.HeadGrew, self.sweeper.on_head),
            listens(events.ChunkKept, self.sweeper.on_chunk),
            listens(events.HeadGrew, self.looker.on_head),
            listens(events.ChunkKept, self.looker.on_chunk),
            listens(events.HeadGrew, self.patcher.on_head),
            listens(events.HoldingTold, self.patcher.on_holding),
            listens(events.FeedCompleted, self.patcher.on_completed),
            listens(events.FeedDropped, self.patcher.on_dropped),
            listens(events.FeedDropped, self.showing.on_dropped),
            listens(events.Relieved, self.fetcher.on_relieved),
            listens(events.Relieved, self.carer.on_relieved),
            listens(events.PrivateChanged, self.notifying.on_private),
            listens(events.ProtectedOpened, self.notifying.on_opened),
            listens(events.ApproachesChanged, self.notifying.on_approached),
            listens(events.Indexed, self.notifying.on_indexed),
            listens(events.Indexed, self.carer.on_indexed),
            listens(events.SettingsChanged, self._on_settings),
        )

    def _answers(self) -> tuple[Answers, ...]:
        ground, reporter = self.ground, self.reporter
        screen, logs = screen_of(ground), ground.shells.logs
        reading = Reading(Shown(ground), screen, ground.media, partial(source_in, logs))
        people = answers.AboutPeople(ground, reporter, self.showing)
        writing = answers.Writing(ground, self.writer, reading, self.showing)
        about_node = upkeep.AboutNode(ground, reporter)
        about_disk = upkeep.AboutDisk(ground, reporter, self.caretaker, self.showing)
        return (
            *reading.rows(),
            *self.notifying.answers(),
            *writing.rows(),
            *Reacting(ground, self.writer, reading, writing.parent).rows(),
            *self.withdrawing.rows(),
            *self.sheets.rows(),
            *self.importer.rows(),
            *people.rows(),
            *Quoting(ground, reading, screen).rows(),
            *self._kept_private(reading, people, screen),
            *Suggesting(ground, screen).rows(),
            *Bookmarking(ground, reading, screen, writing.parent).rows(),
            *Liked(ground, screen).rows(),
            *Missing(ground, self.carer).rows(),
            *Profiles(ground, self.writer, reading, people).rows(),
            *Naming(ground).rows(),
            *answers.Following(ground, people, self.finder, self.carer, self.looker).rows(),
            *SealedTorrents(ground, self.announcer).rows(),
            *Certifying(ground, self.writer).rows(),
            *Locking(ground.identity.feed_key).rows(),
            *about_node.rows(),
            *about_disk.rows(),
            *upkeep.Overview(ground, reporter, about_node, about_disk).rows(),
            *AboutStart(ground.choices).rows(),
            *AboutNeighbours(ground).rows(),
            *AboutLog(ground).rows(),
        )

    def _kept_private(
        self, reading: Reading, people: answers.AboutPeople, screen: Screen
    ) -> tuple[Answers, ...]:
        """What the person keeps to themselves."""
        ground = self.ground
        return (
            *Muting(ground, people).rows(),
            *ThreadMuting(ground, reading).rows(),
            *Noting(ground, people).rows(),
            *Blocking(ground, people, self.carer, screen).rows(),
            *Filtering(ground).rows(),
            *Stopping(ground).rows(),
            *ListKeeping(ground, people, screen).rows(),
        )

    def _rows(self) -> tuple[Rows, ...]:
        ground = self.ground
        known = (*ground.inventory.rows(), *ground.almanac.rows())
        return (*known, *self.once.rows(), self.finder.followed.row())

    def _jobs(self) -> Sequence[Job]:
        finder = self.finder
        return (
            Job(name="connect", run=finder.connect, every_s=2),
            Job(name="look-up", run=finder.look_up, every_s=1),
            Job(name="announce", run=finder.announce, every_s=5),
            Job(name="announce-chunks", run=self.announcer.announce, every_s=1),
            Job(name="fetch-watch", run=self._watch_fetches, every_s=0.25, at_start=False),
            Job(name="own-head", run=finder.publish_head, every_s=30, jitter_s=10),
            Job(name="heads", run=finder.refresh_heads, every_s=60, jitter_s=20),
            Job(name="deposit", run=self.depositor.put_own, every_s=5, jitter_s=2),
            Job(name="deposits", run=self.depositor.renew, every_s=60, jitter_s=20),
            Job(name="sheets", run=self.sheets.put, every_s=60, jitter_s=20),
            Job(name="collect", run=self.collector.collect, every_s=2),
            Job(name="friends-of-friends", run=self.friends.hold, every_s=60),
            Job(name="torrents", run=self.seeder.rest, every_s=60, at_start=False),
            self.timekeeper.job(),
            Job(name="withdraw", run=self.withdrawing.finish, every_s=60, at_start=False),
            self.sweeper.job(),
            Job(name="memory", run=self.caretaker.release_memory, every_s=60, at_start=False),
            Job(name="retire", run=self.caretaker.retire, every_s=300, jitter_s=30),
            Job(name="tidy", run=self.caretaker.tidy, every_s=3_600, jitter_s=300),
        )

    def _on_settings(self, event: events.SettingsChanged) -> None:
        self.ground.shells.swarm.limit(
            down_bytes_per_s=event.after.down_bytes_per_s,
            up_bytes_per_s=event.after.up_bytes_per_s,
        )

    async def _watch_fetches(self) -> str:
        stuck = self.fetcher.watch()
        return sentences.STANDING_STILL(chunks=stuck)


def make_feeds(ground: Ground) -> Feeds:
    """Put the parts together; nothing runs yet."""
    seeder, once, asking = Seeder(ground), Once(ground), Asking(ground)
    fetcher, holder = Fetcher(ground, seeder), Holder(ground, seeder)
    patcher, grower = Patcher(ground, fetcher, seeder), Grower(ground, holder, fetcher, seeder)
    whereabouts = Whereabouts(ground, holder, fetcher)
    follower = Follower(ground, asking, holder, fetcher, whereabouts, grower)
    hearing, finder, showing = Hearing(ground), Finder(ground), Showing(ground)
    writer = Writer(ground, grower, hearing, once)
    carer = Carer(ground, writer, asking, fetcher, seeder, finder, showing)
    return Feeds(
        ground=ground,
        seeder=seeder,
        announcer=Announcer(ground, seeder),
        fetcher=fetcher,
        patcher=patcher,
        holder=holder,
        asking=asking,
        whereabouts=whereabouts,
        grower=grower,
        follower=follower,
        hearing=hearing,
        once=once,
        writer=writer,
        withdrawing=Withdrawing(ground, writer, Reading(Shown(ground)), seeder),
        importer=Importer(ground, grower, hearing),
        finder=finder,
        depositor=Depositor(ground),
        sheets=SheetKeeper(ground),
        collector=Collector(ground, grower, finder),
        friends=FriendsOfFriends(ground, asking, fetcher, showing),
        showing=showing,
        carer=carer,
        looker=Looker(ground, carer, fetcher),
        notifying=Notifying(ground),
        caretaker=Caretaker(ground, seeder, fetcher, Comparer(ground, showing)),
        reporter=Reporter(ground, fetcher, showing, finder, patcher),
        timekeeper=Timekeeper(ground),
        sweeper=Sweeper(ground),
    )
