// One stream for all tabs of a browser: it opens six connections to one host, and each tab with
// a stream of its own would keep one of them.

import { openStream } from "./stream.js";

const tabs = new Set();
let close = null;
// What became of the stream, for tabs that come later.
let state = null;

function tell(name, data) {
  if (["open", "lost"].includes(name)) state = { name, data };
  for (const tab of tabs) tab.postMessage({ name, data });
  // Whoever joins next has logged in again, perhaps.
  if (name === "ended") stop();
}

function stop() {
  close?.();
  close = null;
  state = null;
}

self.onconnect = (event) => {
  const tab = event.ports[0];
  tab.onmessage = ({ data: wish }) => {
    if (wish === "join") {
      tabs.add(tab);
      tab.postMessage({ name: "joined", data: null });
      if (state?.name === "lost") tab.postMessage(state);
      close ??= openStream(tell);
    } else {
      tabs.delete(tab);
      if (tabs.size === 0) stop();
    }
  };
};
