"""What this node says of itself: its hello, and where it is reached."""

from collections.abc import Callable, Sequence

from swarmfeed.core.base.spelling import check_word
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.reach import is_everywhere
from swarmfeed.core.talk.words import Hello
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.settings import NodeSettings


class Introduction:
    """Knows our ports once they are open, and which roles speak of themselves."""

    def __init__(
        self,
        settings: NodeSettings,
        identity: Identity,
        own_hosts: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """``own_hosts`` are addresses of this machine, if it listens at all of them."""
        self._settings = settings
        self._identity = identity
        self._roles: list[tuple[str, Callable[[], bool]]] = []
        self._hides = settings.proxy_at is not None
        """Whether nobody is to be told where we are, whoever asks."""
        self._own_hosts = own_hosts
        self._seen_at = ""
        self._link_port = 0
        self._swarm_port = 0

    @property
    def link_port(self) -> int:
        """Where we accept links; 0 while we do not, and as long as nobody is to know."""
        return self._link_port

    @property
    def swarm_port(self) -> int:
        """Where our swarm listens; 0 while it does not."""
        return self._swarm_port

    def hello(self) -> Hello:
        """What we say first on every link."""
        listen = self._settings.listen
        hello = Hello(
            node_id=self._identity.node_id,
            roles=tuple(word for word, says in self._roles if says()),
            hosts=() if is_everywhere(listen) else (listen,),
            link_port=self._link_port,
            swarm_port=self._swarm_port,
        )
        return hello.without_place() if self._hides else hello

    def endpoint(self) -> Endpoint | None:
        """Where others reach the link; None when nobody knows the address."""
        hosts = self.hello().hosts
        return Endpoint(hosts[0], self._link_port) if hosts and self._link_port else None

    def places(self) -> tuple[Endpoint, ...]:
        """Where whoever has our link is to look for us: where others reached us, and where this
        machine is in its networks.  Some of that means something inside of one house alone."""
        if not self._link_port:
            return ()
        hosts = self.hello().hosts or (self._seen_at, *self._own_hosts())
        return tuple(Endpoint(host, self._link_port) for host in dict.fromkeys(hosts) if host)

    def swarm_at(self) -> tuple[Endpoint, ...]:
        """Where plain clients reach our swarm, as far as we know.

        Empty behind an address of which only others know what it is: they find us by the DHT.
        """
        port = self._swarm_port
        return tuple(Endpoint(host, port) for host in self.hello().hosts) if port else ()

    def add_role(self, word: str, says: Callable[[], bool]) -> None:
        """Name a role in every hello from now on, whenever ``says`` does.

        Raises:
            ValueError: A role has this name already.
            BadEncodingError: It is not a short lower-case word: no peer would read our hello.
        """
        check_word(word.encode())
        if any(word == other for other, _ in self._roles):
            raise ValueError(f"two roles are called {word}")
        self._roles.append((word, says))

    def seen_at(self, host: str) -> None:
        """Others reached us at this address; empty: they do not any more."""
        self._seen_at = host

    def opened_link(self, port: int) -> None:
        self._link_port = 0 if self._hides else port

    def opened_swarm(self, port: int) -> None:
        self._swarm_port = 0 if self._hides else port
