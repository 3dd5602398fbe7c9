"""What a node touches the world through, opened on its home: each port gets its shell here."""

import secrets
from functools import partial
from pathlib import Path

from swarmfeed.core.base.keys import require_strict_signatures
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.vocabulary import PAIRING, Vocabulary
from swarmfeed.core.webfeeds.sentences import SET_ASIDE
from swarmfeed.node.ground.home import key_path
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shells import Outside, Shells
from swarmfeed.node.history.settings import HistorySettings
from swarmfeed.ports import Clock, Links
from swarmfeed.ports.web import Web
from swarmfeed.shell.archives import FileArchives
from swarmfeed.shell.boxes import HpkeBoxes, HpkeEnvelopes
from swarmfeed.shell.clock import FastClock, SystemClock
from swarmfeed.shell.disk.durable import make_folder
from swarmfeed.shell.disk.keyfile import KeySafe
from swarmfeed.shell.disk.lists import ListFiles
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.shell.disk.media import DiskMedia
from swarmfeed.shell.disk.settings import FileSettings
from swarmfeed.shell.logbook import LOGBOOK
from swarmfeed.shell.media.pictures import ProcessPictures
from swarmfeed.shell.offline import (
    LinksOnDemand,
    OfflineJobs,
    OfflinePoster,
    OfflineSwarm,
    OfflineWeb,
)
from swarmfeed.shell.ratchets import DoubleRatchets
from swarmfeed.shell.sites import FolderSites
from swarmfeed.shell.store.ledger import open_ledger
from swarmfeed.shell.store.letters import open_letters
from swarmfeed.shell.store.mailboxes import SqliteMailStore
from swarmfeed.shell.store.opened import open_index
from swarmfeed.shell.store.private import open_private
from swarmfeed.shell.store.recent import SqliteRecent
from swarmfeed.shell.store.sealed_ledger import open_sealed
from swarmfeed.shell.verifying.verifier import ProcessVerifier
from swarmfeed.shell.webfeeds.parser import ProcessFeedParser


def open_shells(
    home: Path, settings: NodeSettings, identity: Identity, vocabulary: Vocabulary
) -> Shells:
    """Open all; who gets them stops them.  UserError: it cannot be.  PassingError: not now."""
    require_strict_signatures()
    make_folder(run_folder := home / "run")
    clock, speed = SystemClock(), settings.of(HistorySettings).speed
    outside = _open_outside(run_folder, settings, identity, vocabulary, clock)
    return Shells(
        logs=FileLogs(home / "feeds"),
        verifier=ProcessVerifier(),
        lists=ListFiles(home / "lists"),
        index=open_index(home / "index.db"),
        recent=SqliteRecent(home / "recent.db"),
        swarm=outside.swarm,
        link=outside.link,
        board=outside.board,
        lan=outside.lan,
        cards=outside.cards,
        jobs=outside.jobs,
        web=_open_web(home, identity, outside),
        ledger=open_ledger(home / "ledger.db"),
        private=open_private(home / "private.db", identity.recipient_seed),
        letters=open_letters(home / "letters.db", identity.recipient_seed, secrets.token_bytes),
        mail=SqliteMailStore(home / "mailboxes.db"),
        media=DiskMedia(home / "media"),
        pictures=ProcessPictures(),
        archives=FileArchives(home),
        sites=FolderSites(home),
        boxes=HpkeBoxes(),
        envelopes=HpkeEnvelopes(),
        ratchets=DoubleRatchets(secrets.token_bytes),
        dice=secrets.token_bytes,
        clock=clock,
        safe=KeySafe(key_path(home)),
        kept_settings=FileSettings(home),
        logbook=LOGBOOK,
        pairing=_pairing(run_folder, settings, identity),
        policy_clock=FastClock(speed) if speed != 1 else clock,
    )


def _open_web(home: Path, identity: Identity, outside: Outside) -> Web:
    seed, dice = identity.recipient_seed, secrets.token_bytes
    return Web(
        poster=outside.poster,
        reader=outside.web,
        parser=ProcessFeedParser(),
        kept=open_sealed(home / "webfeeds.db", seed, dice, "web", SET_ASIDE),
    )


def _pairing(run_folder: Path, settings: NodeSettings, identity: Identity) -> Links:
    return LinksOnDemand(partial(_open_link, run_folder, identity, PAIRING, settings.proxy_at))


def _open_outside(
    run_folder: Path,
    settings: NodeSettings,
    identity: Identity,
    vocabulary: Vocabulary,
    clock: Clock,
) -> Outside:
    if not settings.network:
        return Outside(
            swarm=OfflineSwarm(),
            link=LinksOnDemand(
                partial(_open_link, run_folder, identity, vocabulary, settings.proxy_at)
            ),
            board=None,
            lan=None,
            cards=list,
            jobs=OfflineJobs(),
            poster=OfflinePoster(),
            web=OfflineWeb(),
        )
    # Only here: it loads libtorrent and more, and most commands talk to nobody.
    from swarmfeed import online

    return online.open_outside(run_folder, settings, identity, vocabulary, clock)


def _open_link(
    run_folder: Path, identity: Identity, vocabulary: Vocabulary, proxy: Endpoint | None
) -> Links:
    from swarmfeed import online

    return online.open_link(run_folder, identity, vocabulary, proxy)
