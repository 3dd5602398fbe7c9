// What happens in the node, in every tab that is looked at, over one connection for all of them:
// by a shared worker; where there is none (Chrome on Android), one tab listens for the others;
// where that does not work either, each tab listens for itself.

import { openStream } from "./stream.js";

const NAME = "swarmfeed live";

// A page may not start a worker from any text: this is the only one there is.
const policy = self.trustedTypes?.createPolicy("swarmfeed", {
  createScriptURL: (file) => new URL(file, import.meta.url).href,
});
const workerUrl = policy?.createScriptURL("live-worker.js")
  ?? new URL("live-worker.js", import.meta.url).href;

// Each way has `join`, when a tab comes to be looked at, and `leave`, when it no longer is.

function byWorker(tell) {
  const { port } = new SharedWorker(workerUrl, { type: "module", name: NAME });
  port.onmessage = ({ data: { name, data } }) => tell(name, data);
  return {
    join: () => port.postMessage("join"),
    leave: () => port.postMessage("leave"),
  };
}

function byOneForAll(tell) {
  let leave = () => {};
  return {
    join() {
      const channel = new BroadcastChannel(NAME);
      channel.onmessage = ({ data: { name, data } }) => tell(name, data);
      const left = new AbortController();
      // Whoever has the lock listens; when that tab is closed, the next one gets it.
      const listen = () => new Promise((release) => {
        const close = openStream((name, data) => {
          tell(name, data);
          channel.postMessage({ name, data });
        });
        left.signal.addEventListener("abort", () => {
          close();
          release();
        });
      });
      navigator.locks.request(NAME, { signal: left.signal }, listen).catch(() => {});
      leave = () => {
        left.abort();
        channel.close();
      };
    },
    leave: () => leave(),
  };
}

function byItself(tell) {
  let close = () => {};
  return {
    join: () => (close = openStream(tell)),
    leave: () => close(),
  };
}

function choose() {
  if ("SharedWorker" in self) return byWorker;
  return navigator.locks && "BroadcastChannel" in self ? byOneForAll : byItself;
}

// Calls `tell(name, data)` as `openStream` does while this tab is looked at, and with "joined"
// each time somebody comes to look at it.
export function startLive(tell) {
  const way = choose()(tell);
  let joined = false;

  function update(looked) {
    if (looked === joined) return;
    joined = looked;
    if (!looked) return way.leave();
    way.join();
    // The stream may be open since long: what happened meanwhile is asked for once.
    tell("joined", null);
  }

  document.addEventListener("visibilitychange", () => update(!document.hidden));
  addEventListener("pagehide", () => update(false));
  addEventListener("pageshow", () => update(!document.hidden));
  update(!document.hidden);
}
