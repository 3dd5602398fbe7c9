"""What a person keeps to themselves, on all their devices: the role put together."""

from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct

from swarmfeed.core.state.words import Mine, PrivateNews
from swarmfeed.errors import RetryError, UserError
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground import events
from swarmfeed.node.ground.desk import Answers
from swarmfeed.node.ground.events import Listens, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.switchboard import Hears, hears
from swarmfeed.node.role import Role
from swarmfeed.node.state.answers import StateAnswers
from swarmfeed.node.state.devices import OwnDevices
from swarmfeed.node.state.mirror import Mirror
from swarmfeed.node.state.snapshots import Snapshots
from swarmfeed.ports import Job


class StateRole(Struct, frozen=True, kw_only=True):
    """The parts, put together."""

    ground: Ground
    devices: OwnDevices
    snapshots: Snapshots
    mirror: Mirror

    def hears(self) -> tuple[Hears, ...]:
        return (hears(Mine, self.mirror.on_mine), hears(PrivateNews, self.mirror.on_news))

    def answers(self) -> tuple[Answers, ...]:
        return StateAnswers(self.ground, self.snapshots).rows()

    def listens(self) -> tuple[Listens, ...]:
        return (
            listens(events.HoldingTold, self.mirror.on_holding),
            listens(events.Indexed, self.mirror.on_indexed),
            listens(events.PrivateChanged, self.mirror.on_changed),
            listens(events.FeedCompleted, self._on_complete),
            listens(events.CertificatesGrew, self._on_certificates),
            listens(events.Doubted, self._on_doubted),
        )

    def jobs(self) -> Sequence[Job]:
        return (
            Job(name="state", run=self._look, every_s=60, jitter_s=10),
            Job(
                name="snapshot",
                run=self.snapshots.save_daily,
                every_s=3_600,
                jitter_s=600,
                at_start=False,
            ),
        )

    async def start(self) -> None:
        with suppress(RetryError):  # its job tries again
            await self.snapshots.take_up()

    # --- inside ---

    async def _look(self) -> str:
        """See whether there is anything new of other devices, and whether they need our key."""
        told = await self.snapshots.publish_keys_if_needed()
        await self.snapshots.take_up()
        self.mirror.go_on()
        return told

    def _on_complete(self, event: events.FeedCompleted) -> None:
        if event.feed_id in self.devices.others():
            self._look_beside()

    def _on_certificates(self, event: events.CertificatesGrew) -> None:
        if event.author_id == self.ground.identity.author_id:
            self._look_beside()

    def _on_doubted(self, event: events.Doubted) -> None:
        self.devices.on_doubted(event)
        self._look_beside()

    def _look_beside(self) -> None:
        if self.ground.settings.network:
            self.ground.beside.spawn(self._look_if_possible())

    async def _look_if_possible(self) -> None:
        with suppress(RetryError, UserError):  # its job tries again
            await self._look()


def state_role(ground: Ground, feeds: Feeds) -> Role:
    """Put the role together."""
    devices = OwnDevices(ground)
    parts = StateRole(
        ground=ground,
        devices=devices,
        snapshots=Snapshots(ground, feeds.writer, feeds.withdrawing, devices),
        mirror=Mirror(ground, devices),
    )
    return Role(
        name="state",
        parts=parts,
        hears=parts.hears(),
        answers=parts.answers(),
        listens=parts.listens(),
        jobs=parts.jobs,
        start=parts.start,
    )
