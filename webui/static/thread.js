// Replies that came while a page is open: how many each post has now, and in a thread a line
// that leads to the new ones.  Nothing is put among what is being read.

const GAP_MS = 2_000;
const NONE = "Reply";

const byId = (id) => document.getElementById(id);

async function showNew(say) {
  const bar = byId("new-replies");
  if (!bar) return;
  const { of, seen } = bar.dataset;
  const answer = await fetch(`/replies?${new URLSearchParams({ of, seen })}`);
  if (!answer.ok) return;
  const { count, label, url } = await answer.json();
  bar.hidden = count === 0;
  if (count === 0) return;
  bar.href = url;
  bar.querySelector("span").textContent = label;
  say(label);
}

async function showCounts() {
  const names = [...document.querySelectorAll(".post[data-name]")].map((post) => post.dataset.name);
  if (names.length === 0) return;
  const answer = await fetch(`/counts?${new URLSearchParams({ posts: names.join() })}`);
  if (!answer.ok) return;
  for (const [key, said] of Object.entries(await answer.json())) {
    const place = byId(key)?.querySelector("[data-replies]");
    if (place) place.textContent = said || NONE;
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
