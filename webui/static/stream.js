// The node's events, for one listener.  Used by the shared worker, and by a tab that has none.

const NAMES = ["new", "progress", "status", "receipt", "notifications", "messages", "drafts", "media"];
const AGAIN_AFTER_MS = 3_000;
const LOOK_EVERY_MS = 5_000;
// Two heartbeats of the node and a half: it hangs, or this machine slept.
const SILENT_AFTER_MS = 38_000;

// Calls `tell(name, data)` for each event, and for what becomes of the stream: "open" (also
// again, after the node was away), "lost" (it is tried again; `data.since` says when it was heard
// last, in ms), "ended" (not logged in any more).  Returns what closes it.
export function openStream(tell) {
  let source = null;
  let waiting = 0;
  let closed = false;
  let isLost = false;
  let heardAt = Date.now();

  function hear() {
    heardAt = Date.now();
  }

  function lose(since) {
    if (!isLost) tell("lost", { since });
    isLost = true;
  }

  async function fail() {
    lose(Date.now());
    if (source.readyState !== EventSource.CLOSED) return;
    // The browser gave up: the node refused us, or answered with something else.
    const answer = await fetch("/sentence").catch(() => null);
    if (closed) return;
    if (answer?.status === 401) return tell("ended", null);
    waiting = setTimeout(open, AGAIN_AFTER_MS);
  }

  function open() {
    hear();
    source?.close();
    source = new EventSource("/events");
    source.onopen = () => {
      hear();
      isLost = false;
      tell("open", null);
    };
    source.onerror = fail;
    source.addEventListener("here", hear);
    for (const name of NAMES) {
      source.addEventListener(name, (event) => {
        hear();
        tell(name, JSON.parse(event.data));
      });
    }
  }

  // A node that hangs closes nothing.
  const looking = setInterval(() => {
    if (Date.now() - heardAt < SILENT_AFTER_MS) return;
    lose(heardAt);
    clearTimeout(waiting);
    open();
  }, LOOK_EVERY_MS);

  open();
  return () => {
    closed = true;
    clearTimeout(waiting);
    clearInterval(looking);
    source.close();
  };
}
