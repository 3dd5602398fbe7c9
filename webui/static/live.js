// What happens in the node, in every tab that is looked at, over one connection for all of them:
// by a shared worker; where there is none (Chrome on Android), one tab listens for the others;
// where that does not work either, each tab listens for itself.

import { openStream } from "./stream.js";

const NAME = "swarmfeed live";
const ANSWERS_WITHIN_MS = 3_000;

// A page may not start a worker from any text: this is the only one there is.
const policy = self.trustedTypes?.createPolicy("swarmfeed", {
  createScriptURL: (file) => new URL(file, import.meta.url).href,
});
const workerUrl = policy?.createScriptURL("live-worker.js")
  ?? new URL("live-worker.js", import.meta.url).href;

// Each way has `join`, when a tab comes to be looked at, and `leave`, when it no longer is.  The
// stream may be open since long: "joined" tells the tab to ask for what it missed.

function byWorker(tell, fail) {
  const { port } = new SharedWorker(workerUrl, { type: "module", name: NAME });
  let silent = 0;
  port.onmessage = ({ data: { name, data } }) => {
    clearTimeout(silent);
    tell(name, data);
  };
  function leave() {
    clearTimeout(silent);
    port.postMessage("leave");
  }
  return {
    join() {
      port.postMessage("join");
      // A browser that has no workers of this kind says so in the first tab at most.
      silent = setTimeout(() => {
        leave();
        fail();
      }, ANSWERS_WITHIN_MS);
    },
    leave,
  };
}

function byOneForAll(tell) {
  let leave = () => {};
  return {
    join() {
      const channel = new BroadcastChannel(NAME);
      // What became of the stream, in the tab that listens: for tabs that come later.
      let state = null;
      channel.onmessage = ({ data: { name, data } }) => {
        if (name !== "how") tell(name, data);
        else if (state?.name === "lost") channel.postMessage(state);
      };
      const left = new AbortController();
      // Whoever has the lock listens; when that tab is closed, the next one gets it.
      const listen = () => new Promise((release) => {
        const close = openStream((name, data) => {
          if (["open", "lost"].includes(name)) state = { name, data };
          tell(name, data);
          channel.postMessage({ name, data });
        });
        left.signal.addEventListener("abort", () => {
          close();
          release();
        });
      });
      tell("joined", null);
      channel.postMessage({ name: "how", data: null });
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
    join() {
      tell("joined", null);
      close = openStream(tell);
    },
    leave: () => close(),
  };
}

function withoutWorker() {
  return navigator.locks && "BroadcastChannel" in self ? byOneForAll : byItself;
}

// Calls `tell(name, data)` as `openStream` does while this tab is looked at, and with "joined"
// each time somebody comes to look at it.
export function startLive(tell) {
  let joined = false;
  let way = "SharedWorker" in self ? byWorker(tell, fail) : withoutWorker()(tell);

  function fail() {
    way = withoutWorker()(tell);
    if (joined) way.join();
  }

  function update(looked) {
    if (looked === joined) return;
    joined = looked;
    if (looked) way.join();
    else way.leave();
  }

  document.addEventListener("visibilitychange", () => update(!document.hidden));
  addEventListener("pagehide", () => update(false));
  addEventListener("pageshow", () => update(!document.hidden));
  update(!document.hidden);
}
