// Keys: shortcuts between posts, and the cursor in the box that somebody asked for.
// A box that a link leads to is the target of the link, so the cursor gets there without script.

const TYPED_AHEAD = "typed ahead";
const BOXES = ["text", "q"];

const byId = (id) => document.getElementById(id);

// --- on the way to a box ----------------------------------------------------------------

let leaving = false;

// The box a link leads to: its page, and its name.
function boxOf(href) {
  const url = new URL(href, location.href);
  const name = url.hash.slice(1);
  if (url.origin !== location.origin || !BOXES.includes(name)) return null;
  return { name, isHere: url.pathname === location.pathname && byId(name) !== null };
}

function put(box, typed) {
  box.focus();
  const end = box.value.length;
  box.setRangeText(typed, end, end, "end");
  if (typed) box.dispatchEvent(new Event("input", { bubbles: true }));
}

function goTo(href) {
  const box = boxOf(href);
  if (box?.isHere) return put(byId(box.name), "");
  leaving = box !== null;
  location.assign(href);
}

// What is typed while the next page is on its way belongs into its box.
function keepTyped(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  let typed = sessionStorage.getItem(TYPED_AHEAD) ?? "";
  if (event.key === "Backspace") typed = typed.slice(0, -1);
  else if (event.key.length === 1) typed += event.key;
  else return;
  event.preventDefault();
  sessionStorage.setItem(TYPED_AHEAD, typed);
}

function noteLeaving(event) {
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
  const link = event.target.closest("a[href]");
  if (!link || elsewhere || event.defaultPrevented) return;
  const box = boxOf(link.href);
  if (!box) return;
  // A link to where one is already changes nothing, and moves no cursor.
  if (box.isHere) {
    event.preventDefault();
    put(byId(box.name), "");
  } else {
    leaving = true;
  }
}

function stay() {
  leaving = false;
  sessionStorage.removeItem(TYPED_AHEAD);
}

function arrive() {
  leaving = false;
  const typed = sessionStorage.getItem(TYPED_AHEAD) ?? "";
  sessionStorage.removeItem(TYPED_AHEAD);
  const box = boxOf(location.href);
  if (box?.isHere) put(byId(box.name), typed);
}

// --- shortcuts --------------------------------------------------------------------------

let current = -1;

function move(step) {
  const posts = [...document.querySelectorAll(".post")];
  if (posts.length === 0) return;
  posts[current]?.classList.remove("current");
  current = Math.min(Math.max(current + step, 0), posts.length - 1);
  posts[current].classList.add("current");
  posts[current].focus({ preventScroll: true });
  posts[current].scrollIntoView({ block: "nearest" });
}

function follow(selector) {
  const post = document.activeElement?.closest?.(".post");
  post?.querySelector(selector)?.click();
}

function reply() {
  const link = document.activeElement?.closest?.(".post")?.querySelector(".reply-link");
  if (link) link.click();
  else if (document.querySelector(".post.focus")) put(byId("text"), "");
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => follow(".when"),
  r: reply,
  n: () => (byId("text") ? put(byId("text"), "") : goTo("/#text")),
  "/": () => (byId("q") ? put(byId("q"), "") : goTo("/search#q")),
  ".": () => document.querySelector(".new-bar:not([hidden])")?.click(),
  "?": () => byId("legend").showModal(),
};

function onKey(event) {
  // The browser stops loading: what is typed from here on is for this page again.
  if (leaving && event.key === "Escape") return stay();
  if (leaving) return keepTyped(event);
  if (event.key === "Escape" && BOXES.includes(event.target.id)) event.target.blur();
  // For an instant after a dialog closed, keys still go to the field that was in it.
  const field = event.target.closest("input, textarea, select, dialog, [contenteditable]");
  const inField = field?.checkVisibility();
  const modified = event.ctrlKey || event.altKey || event.metaKey || event.isComposing;
  const action = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
  if (!action || inField || modified) return;
  if (event.key !== "?" && document.documentElement.dataset.keys === "off") return;
  event.preventDefault();
  action();
}

export function startKeys() {
  byId("show-legend").addEventListener("click", (event) => {
    event.preventDefault();
    byId("legend").showModal();
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", noteLeaving);
  addEventListener("pageshow", () => (leaving = false));
  arrive();
}
