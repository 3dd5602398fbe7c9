// What came while a page is open: how many replies each post has now, who has the own ones, and
// in a thread a line that leads to the new replies.  Nothing is put among what is being read.

import { ask } from "./asking.js";
import { inWords } from "./texts.js";

const GAP_MS = 2_000;

const byId = (id) => document.getElementById(id);

async function showNew(say) {
  const bar = byId("new-replies");
  if (!bar) return;
  const { of, seen } = bar.dataset;
  const answer = await ask(`/replies?${new URLSearchParams({ of, seen })}`);
  if (!answer) return;
  const { count, label, url } = answer;
  bar.hidden = count === 0;
  if (count === 0) return;
  bar.href = url;
  bar.querySelector("span").textContent = label;
  say(label);
}

async function showCounts() {
  const names = [...document.querySelectorAll(".post[data-name]")].map((post) => post.dataset.name);
  if (names.length === 0) return;
  const counts = await ask(`/counts?${new URLSearchParams({ posts: names.join() })}`);
  for (const [key, { replies, held, isHeld }] of Object.entries(counts ?? {})) {
    const place = byId(key)?.querySelector("[data-replies]");
    if (place) place.textContent = replies || inWords("Reply");
    const holders = byId(key)?.querySelector(".held");
    if (!holders) continue;
    holders.classList.toggle("nobody", !isHeld);
    holders.querySelector("span").textContent = held;
  }
}

let next = 0;
let askedAt = 0;

// Asks what there is now; when much arrives, once every two seconds.
export function countReplies(say) {
  if (next) return;
  next = setTimeout(() => {
    next = 0;
    askedAt = Date.now();
    showNew(say);
    showCounts();
  }, Math.max(0, askedAt + GAP_MS - Date.now()));
}
