"""The options of a run, as people write them."""

from swarmfeed.node.feeds.started import options_of
from swarmfeed.node.ground.setting_texts import begun_with
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.supernode.settings import SupernodeSettings


def test_an_option_says_what_it_is_in_this_run_and_whether_somebody_chose_it() -> None:
    settings = NodeSettings(
        disk_budget_bytes=20_000_000_000,
        link_port=4711,
        lan=True,
        others=(SupernodeSettings(metered=True, speed=3.0),),
    )
    told = {each.flag: (each.value, each.given) for each in options_of(settings, {}, settings)}
    assert told["--disk"] == ("20 GB", True)
    assert told["--link-port"] == ("4711", True)
    assert told["--swarm-port"] == ("any", False)
    assert told["--tls-port"] == ("", False), "none is opened unless somebody says which"
    assert told["--lan/--no-lan"] == ("on", True)
    assert told["--upload-limit"] == ("no limit", False)
    assert told["--peer"] == ("", False)
    assert told["--proxy"] == ("", False)
    assert told["--supernode"] == ("auto", False)
    assert told["--metered/--not-metered"] == ("on", True)
    assert "--supernode-speed" not in told, "for tests alone"


def test_an_option_says_what_it_is_from_the_next_start_on() -> None:
    settings = NodeSettings(
        link_port=4711, swarm_port=4712, dht=False, told=("--dht/--no-dht",)
    )
    assert next_to_now(settings, {"--link-port": "4713"}) == {
        "--link-port": ("4711", "4713"),
        "--swarm-port": ("4712", "any"),  # nothing is kept any more
    }
    proxy = "socks5://127.0.0.1:9050"
    assert next_to_now(NodeSettings(), {"--proxy": proxy}) == {
        "--proxy": ("", proxy),
        "--dht/--no-dht": ("on", "off"),  # a proxy does not carry it
    }


def next_to_now(settings: NodeSettings, kept: dict[str, str]) -> dict[str, tuple[str, str]]:
    """What will be otherwise at the next start."""
    options = options_of(settings, kept, begun_with(settings, kept))
    return {each.flag: (each.value, each.then) for each in options if each.value != each.then}
