"""The smallest HTTP tracker: names one peer to whoever asks (BEP 3, BEP 23)."""

import ipaddress
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def tracker(host: str, peer: tuple[str, int]) -> Iterator[str]:
    """Serve on ``host`` and give the announce URL."""
    compact = ipaddress.IPv4Address(peer[0]).packed + peer[1].to_bytes(2, "big")
    answer = b"d8:intervali60e5:peers%d:%be" % (len(compact), compact)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Tests show what failed, not who asked."""

    server = ThreadingHTTPServer((host, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="tracker", daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}/announce"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def with_announce(torrent: bytes, url: str) -> bytes:
    """Add a tracker to a ``.torrent``: outside ``info``, so the swarm stays the same."""
    assert torrent.startswith(b"d"), "a .torrent is a dictionary"
    assert not torrent.startswith(b"d8:announce"), "it names a tracker already"
    # Keys of a dictionary are sorted, and nothing here sorts before this one.
    return b"d8:announce%d:%b" % (len(url), url.encode()) + torrent[1:]
