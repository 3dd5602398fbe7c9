// The node's events, for one listener.  Used by the shared worker, and by a tab that has none.

const NAMES = ["new", "progress", "status", "receipt"];
const AGAIN_AFTER_MS = 3_000;

// Calls `tell(name, data)` for each event, and for what becomes of the stream: "open" (also
// again, after the node was away), "lost" (it is tried again), "ended" (not logged in any more).
// Returns what closes it.
export function openStream(tell) {
  let source = null;
  let waiting = 0;
  let closed = false;

  async function fail() {
    if (source.readyState !== EventSource.CLOSED) return tell("lost", null);
    // The browser gave up: the node refused us, or answered with something else.
    const answer = await fetch("/sentence").catch(() => null);
    if (closed) return;
    if (answer?.status === 401) return tell("ended", null);
    tell("lost", null);
    waiting = setTimeout(open, AGAIN_AFTER_MS);
  }

  function open() {
    source = new EventSource("/events");
    source.onopen = () => tell("open", null);
    source.onerror = fail;
    for (const name of NAMES) {
      source.addEventListener(name, (event) => tell(name, JSON.parse(event.data)));
    }
  }

  open();
  return () => {
    closed = true;
    clearTimeout(waiting);
    source.close();
  };
}
