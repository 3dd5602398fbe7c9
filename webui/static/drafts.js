// What was begun and not sent: of each box its own, from the first letter.
//
// At once it lies in this browser, in every tab, over restarts; a moment later the node has it,
// sealed, for all devices of the person.  A box says in `begun` what the node has of it, and a
// browser remembers that beside its own: so whoever changed it since counts, and where both did,
// both texts are kept.

import { ask } from "./asking.js";

const DRAFT = "swarmfeed draft ";
const KEEP_AFTER_MS = 1_000;

// Of each box the keeping that is due, or under way.
const due = new WeakMap();
const underWay = new WeakMap();
// Boxes that were typed in: what happens elsewhere changes nothing there.
const typedIn = new WeakSet();

const boxes = () => document.querySelectorAll("form[data-box]");

export const draftName = (form) => DRAFT + form.dataset.box;

const placeOf = (form) => form.elements.reply_to?.value ?? "";

// The circle that it is for; empty: everybody, or who can read what it answers.
const toOf = (form) => form.elements.to?.value ?? "";

const isAsThere = (form) => {
  const { text, begun, begun_to } = form.elements;
  return text.value === begun.value && (text.value === "" || toOf(form) === begun_to.value);
};

function keptHere(form) {
  try {
    return JSON.parse(localStorage.getItem(draftName(form))) ?? {};
  } catch {
    return {};
  }
}

function keepHere(form) {
  const { text, once, begun } = form.elements;
  try {
    // What is for some people only is readable nowhere but on the page: the node seals it.
    if ((text.value === "" && begun.value === "") || toOf(form)) localStorage.removeItem(draftName(form));
    else {
      const draft = { text: text.value, once: once.value, begun: begun.value };
      localStorage.setItem(draftName(form), JSON.stringify(draft));
    }
  } catch {
    // No room, or none allowed: the node has it soon.
  }
}

const isTooLong = (form) =>
  new TextEncoder().encode(form.elements.text.value).length > Number(form.dataset.bytesMax);

// Asks the node to keep what stands in a box; whatever comes back, it stands there, and here.
async function askToKeep(form, keepalive) {
  const { text, begun, begun_to, form_key } = form.elements;
  const { value } = text;
  const to = toOf(form);
  if (isAsThere(form) || isTooLong(form)) return;
  const answer = await fetch(form.dataset.drafts, {
    method: "POST",
    body: new URLSearchParams({
      text: value,
      reply_to: placeOf(form),
      to,
      form_key: form_key?.value ?? "",
    }),
    headers: { Accept: "application/json" },
    keepalive,
  }).catch(() => null);
  if (!answer?.ok) return;
  begun.value = value;
  begun_to.value = to;
  keepHere(form);
}

function keepThere(form, keepalive = false) {
  due.delete(form);
  const before = underWay.get(form) ?? Promise.resolve();
  underWay.set(form, before.then(() => askToKeep(form, keepalive)));
}

function keepSoon(form) {
  clearTimeout(due.get(form));
  due.set(form, setTimeout(() => keepThere(form), KEEP_AFTER_MS));
}

export function keepDraft(form) {
  typedIn.add(form);
  keepHere(form);
  keepSoon(form);
}

// Before a box is sent: what is kept of it afterwards would be its draft again.
export async function settleDraft(form) {
  clearTimeout(due.get(form));
  due.delete(form);
  await underWay.get(form);
}

export function dropDraft(form) {
  const { text, begun } = form.elements;
  text.value = "";
  begun.value = "";
  typedIn.delete(form);
  keepHere(form);
}

// What is here, what both had when they agreed, and what the node has.
function joined(here, agreed, there) {
  if (here === agreed) return there;
  if (there === agreed || here.includes(there)) return here;
  return there.includes(here) ? there : `${here}\n\n${there}`;
}

function showDraft(form) {
  const { text, once, begun } = form.elements;
  const draft = keptHere(form);
  // A browser that brings a page back brings back what was typed there.
  const isBack = text.value !== "" && text.value !== begun.value;
  const here = isBack ? text.value : draft.text;
  if (here !== undefined) text.value = joined(here, draft.begun ?? "", begun.value);
  if (text.value === draft.text) once.value = draft.once || once.value;
  if (isAsThere(form)) return;
  keepHere(form);
  keepSoon(form);
}

// Posted in another tab: the same words here are not meant to be posted once more; others are
// the draft now, of which the node has nothing.
function hearOfSent(form, { key, oldValue, newValue }, changed) {
  if (key !== draftName(form) || newValue !== null || oldValue === null) return;
  const { text, begun } = form.elements;
  begun.value = "";
  if (JSON.parse(oldValue).text === text.value) dropDraft(form);
  else keepDraft(form);
  changed();
}

export function startDraft(form, changed) {
  showDraft(form);
  changed();
  form.elements.text.addEventListener("input", () => {
    changed();
    keepDraft(form);
  });
  form.elements.to?.addEventListener("change", () => keepDraft(form));
  addEventListener("storage", (event) => hearOfSent(form, event, changed));
  addEventListener("pagehide", () => {
    if (due.has(form)) keepThere(form, true);
  });
  form.addEventListener("draft", changed);
}

// What another device has made of a draft, and for whom: a circle that was made since is added.
function showOther(form, { text, to }) {
  const { text: box, begun, begun_to, to: field } = form.elements;
  const isKnown = [...(field?.options ?? [])].some((each) => each.value === to);
  if (field && !isKnown) field.add(new Option(to, to));
  if (field) field.value = to;
  box.value = text;
  begun.value = text;
  begun_to.value = to;
  keepHere(form);
  form.dispatchEvent(new Event("draft"));
}

// Drafts were kept, sent or discarded, perhaps on another device.
export async function hearDrafts() {
  for (const form of boxes()) {
    const answer = await ask(`/drafts/text?of=${encodeURIComponent(placeOf(form))}`);
    const { begun, begun_to } = form.elements;
    if (!answer || typedIn.has(form) || !isAsThere(form)) continue;
    if (answer.text === begun.value && answer.to === begun_to.value) continue;
    // The first circle of all was made since: this page has nothing to choose it by.
    if (answer.to && !form.elements.to) location.reload();
    else showOther(form, answer);
  }
}
