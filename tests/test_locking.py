"""The lock of a real home: real key file, real passphrase."""

from pathlib import Path

import pytest
from swarmfeed import wiring
from swarmfeed.core.asks.locking import IsLocked, LockKeys, UnlockKeys
from swarmfeed.core.asks.posts import Timeline
from swarmfeed.core.asks.writing import HowIsMyFeed, WritePost
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import NodeSettings

pytestmark = pytest.mark.slow


def test_a_home_is_locked_and_opened_again_with_its_passphrase(tmp_path: Path) -> None:
    me = wiring.create_home(tmp_path, "Ann", "correct horse").whoami
    settings = NodeSettings(network=False, dht=False)
    with wiring.open_node(tmp_path, settings, "correct horse") as desk:
        desk.ask(WritePost(text="one"))
        assert desk.ask(LockKeys()).locked
        with pytest.raises(UserError, match="keys are locked"):
            desk.ask(WritePost(text="two"))
        assert "swarmfeed unlock" in desk.ask(HowIsMyFeed()).sentence
        with pytest.raises(UserError, match="passphrase is wrong"):
            desk.ask(UnlockKeys(passphrase="correct house"))
        assert desk.ask(IsLocked()).locked
        assert not desk.ask(UnlockKeys(passphrase="correct horse")).locked
        desk.ask(WritePost(text="two"))
        posts = desk.ask(Timeline(author=me.author_id)).posts
    assert [post.text for post in posts] == ["two", "one"]
