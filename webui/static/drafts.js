// What was begun and not sent: of each box its own, from the first letter.
//
// At once it lies in this browser, in every tab, over restarts; a moment later the node has it,
// sealed, for all devices of the person.  A box says in `begun` what the node has of it, and a
// browser remembers that beside its own: so whoever changed it since counts, and where both did,
// both texts are kept.

import { ask } from "./asking.js";

const DRAFT = "swarmfeed draft ";
const SENT = "swarmfeed sent ";
const KEEP_AFTER_MS = 1_000;

// Of each box the keeping that is due, or under way.
const due = new WeakMap();
const underWay = new WeakMap();
// Boxes that were typed in: what happens elsewhere changes nothing there.
const typedIn = new WeakSet();
// How often other tabs posted what they had in a box of this page.
let sentElsewhere = 0;

const boxes = () => document.querySelectorAll("form[data-box]");

export const draftName = (form) => DRAFT + form.dataset.box;

const placeOf = (form) => form.elements.reply_to?.value ?? "";

// The circle that it is for; empty: everybody, or who can read what it answers.
const toOf = (form) => form.elements.to?.value ?? "";

// What is for some people only, as is a reply to such a post, is readable nowhere but on the page:
// the node seals it, and no browser keeps it on a disk.
const isProtected = (form) => toOf(form) !== "" || "protected" in form.dataset;

// What a box has beside its words, and of that what the node knows.
const FILE_FIELD = /^(file|upload|alt|without)\d/;
const filesThere = new WeakMap();

const filesOf = (form) =>
  JSON.stringify([...new FormData(form)]
    .filter(([name, value]) => FILE_FIELD.test(name) && (value.size ?? value))
    .map(([name, value]) => [name, value.name ?? value, value.size]));

const uploadsOf = (form) => [...form.querySelectorAll('[name^="upload"]')].map(({ value }) => value);

const isAsThere = (form) => {
  const { text, begun, begun_to } = form.elements;
  return text.value === begun.value && (text.value === "" || toOf(form) === begun_to.value)
    && filesThere.get(form) === filesOf(form);
};

// A form as it goes to the node; without files it is short.
export function bodyOf(form, button) {
  const fields = new FormData(form);
  // What the button says that was pressed is of the form too.
  if (button?.name) fields.append(button.name, button.value);
  const files = [...fields.values()].filter((each) => each instanceof File);
  if (files.some((each) => each.size)) return fields;
  for (const name of [...fields.keys()]) if (fields.get(name) instanceof File) fields.delete(name);
  return new URLSearchParams(fields);
}

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
    if ((text.value === "" && begun.value === "") || isProtected(form)) {
      localStorage.removeItem(draftName(form));
    } else {
      const draft = { text: text.value, once: once.value, begun: begun.value };
      localStorage.setItem(draftName(form), JSON.stringify(draft));
    }
  } catch {
    // No room, or none allowed: the node has it soon.
  }
}

const isTooLong = (form) =>
  new TextEncoder().encode(form.elements.text.value).length > Number(form.dataset.bytesMax);

// Boxes of which nobody knows what the node has: it was asked to keep them, and no answer came.
const unsure = new WeakSet();

// Asks the node to keep what stands in a box; whatever comes back, it stands there, and here.
async function askToKeep(form, keepalive) {
  const { text, begun, begun_to } = form.elements;
  const { value } = text;
  const to = toOf(form);
  if ((isAsThere(form) && !unsure.has(form)) || isTooLong(form)) return;
  const files = filesOf(form);
  const rows = rowsOf(form);
  const before = sentElsewhere;
  unsure.add(form);
  const answer = await fetch(form.dataset.drafts, {
    method: "POST",
    body: bodyOf(form),
    headers: { Accept: "application/json" },
    keepalive,
  }).catch(() => null);
  const kept = answer?.ok && await answer.json().catch(() => null);
  if (!kept?.files) return;
  unsure.delete(form);
  // What was posted meanwhile took this draft along: it is kept once more.
  if (before === sentElsewhere) {
    begun.value = value;
    begun_to.value = to;
  }
  const chosen = rows.map(([row, file], at) => [row, file, kept.files[at]]).filter(([, file]) => file);
  const named = chosen.length ? await import("./handed.js").catch(() => null) : null;
  // From here on nothing is waited for: what was chosen meanwhile is not there yet.
  const isSame = filesOf(form) === files;
  for (const [row, file, upload] of chosen) {
    if (row.querySelector('[type="file"]')?.files[0] === file) named?.showHanded(row, upload);
  }
  filesThere.set(form, isSame ? filesOf(form) : files);
  keepHere(form);
}

// The rows of a box that bring a file, each with the one that was chosen there.
function rowsOf(form) {
  return [...form.querySelectorAll(".attach-row, .attach-given")]
    .map((row) => [row, row.querySelector('[type="file"]')?.files[0]])
    .filter(([row, file]) => file?.size || row.querySelector('[name^="without"]')?.checked === false);
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

// Before a box leads elsewhere: the node has what stands in it, and this browser knows that.  So
// what is posted from there is a draft no more, whether a script hears of it or not.
export async function keepNow(form) {
  clearTimeout(due.get(form));
  keepThere(form);
  await underWay.get(form);
}

// Other tabs hear what was posted.  A draft goes for other reasons, too, and what lies here may be
// of any of them.  What is protected is not even said to them: the disk would hear it.
function tellSent(form, box) {
  const { text } = form.elements;
  if (isProtected(form) || !text?.value) return;
  try {
    localStorage.setItem(SENT + box, text.value.replaceAll("\r\n", "\n"));
    localStorage.removeItem(SENT + box);
  } catch {
    // No room, or none allowed: it stays in their boxes.
  }
}

export function dropDraft(form) {
  tellSent(form, form.dataset.box);
  empty(form);
}

function empty(form) {
  const { text, begun } = form.elements;
  text.value = "";
  begun.value = "";
  typedIn.delete(form);
  keepHere(form);
}

// Of a box that is open on no page any more: its words were posted.
export function forgetDraft(form) {
  tellSent(form, form.dataset.draft);
  try {
    localStorage.removeItem(DRAFT + form.dataset.draft);
  } catch {
    // None is allowed: then none is there.
  }
}

// What is here, what both had when they agreed, and what the node has.
function joined(here, agreed, there) {
  if (here === agreed) return there;
  if (there === agreed || here.includes(there)) return here;
  return there.includes(here) ? there : `${here}\n\n${there}`;
}

function takeUp(form) {
  const { text, once, begun } = form.elements;
  const draft = keptHere(form);
  // A browser that brings a page back brings back what was typed there.
  const isBack = text.value !== "" && text.value !== begun.value;
  const here = isBack ? text.value : draft.text;
  if (here !== undefined) text.value = joined(here, draft.begun ?? "", begun.value);
  if (text.value === draft.text) once.value = draft.once || once.value;
}

function showDraft(form) {
  // What comes back from a look at it stands there as it was.
  if (!("written" in form.dataset)) takeUp(form);
  if (isAsThere(form)) return;
  keepHere(form);
  keepSoon(form);
}

// Posted in another tab: the same words here are not meant to be posted once more; others are
// the draft now, of which the node has nothing.
function hearOfSent(form, { key, newValue }, changed) {
  if (key !== SENT + form.dataset.box || newValue === null) return;
  const { text, begun } = form.elements;
  sentElsewhere += 1;
  begun.value = "";
  if (newValue === text.value) {
    empty(form);
    // Its files were posted too: what names them is of no use.
    if (uploadsOf(form).length) location.reload();
  } else keepDraft(form);
  changed();
}

export function startDraft(form, changed) {
  const chosen = [...form.querySelectorAll('[type="file"]')].filter(({ files }) => files.length);
  filesThere.set(form, chosen.length ? "" : filesOf(form));
  showDraft(form);
  changed();
  form.elements.text.addEventListener("input", () => {
    changed();
    keepDraft(form);
  });
  form.elements.to?.addEventListener("change", () => keepDraft(form));
  const beside = form.querySelector(".attach");
  beside?.addEventListener("input", () => keepDraft(form));
  beside?.addEventListener("change", () => {
    typedIn.add(form);
    keepNow(form);
  });
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
    const isFiles = String(answer.files) === String(uploadsOf(form)) || "written" in form.dataset;
    if (answer.text === begun.value && answer.to === begun_to.value && isFiles) continue;
    // Files came or went, or the first circle of all was made: a new page has the fields for it.
    if (!isFiles || (answer.to && !form.elements.to)) location.reload();
    else showOther(form, answer);
  }
}
