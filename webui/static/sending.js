// Nothing that was typed is lost, and nothing is sent twice.
//
// Forms are sent from here: whatever comes back - a refusal, a login that is gone, no answer at
// all - is said beside the text, which stays where it is.  A form carries a key that is new for
// each page; sent again with it, the same thing is done once (`Idempotency-Key`).  A draft is kept
// from the first letter until the node said that it is saved (`drafts.js`).  Without script the
// node's answer holds the text again, and the same key does the rest.

import { dropDraft, keepDraft, settleDraft, startDraft } from "./drafts.js";

const ANSWERS_WITHIN_MS = 60_000;
const NO_ANSWER = "Nothing answers on this machine. What you typed stays here. If swarmfeed does not"
  + " run any more, start it with: swarmfeed run. Then press the button once more; nothing is done"
  + " twice.";
const ODD_ANSWER = "The answer was not understood. What you typed stays here; press the button once"
  + " more, and it is not done twice.";

// --- how much fits ---------------------------------------------------------------------------

const bytes = (number) => `${number.toLocaleString("en")} ${number === 1 ? "byte" : "bytes"}`;

function showRoom(form) {
  const { text } = form.elements;
  const place = form.querySelector(".count");
  const most = Number(form.dataset.bytesMax);
  // As the node counts: without white space at the end, and accents joined to their letters.
  const size = new TextEncoder().encode(text.value.normalize("NFC").trimEnd()).length;
  const left = most - size;
  place.hidden = text.value === "";
  place.classList.toggle("over", left < 0);
  place.textContent = left < 0 ? `${bytes(-left)} too long` : `${bytes(left)} left`;
  place.title = `${size.toLocaleString("en")} of ${most.toLocaleString("en")} bytes`;
}

// --- sending ---------------------------------------------------------------------------------

function setField(form, name, value) {
  const field = form.elements[name] ?? form.appendChild(document.createElement("input"));
  field.type = "hidden";
  field.name = name;
  field.value = value;
}

function tell(form, sentence) {
  let place = form.querySelector(".refusal");
  if (!place && !sentence) return;
  if (!place) {
    place = document.createElement("p");
    place.className = "warning refusal";
    place.setAttribute("role", "alert");
    form.prepend(place);
  }
  place.hidden = !sentence;
  place.textContent = sentence;
}

async function ask(form) {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
  });
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  return isJson ? answer.json() : { page: true };
}

// Where the answer leads; a page one is on already is asked for anew.
function go(next) {
  const to = new URL(next, location.href);
  const isHere = to.pathname === location.pathname && to.search === location.search;
  if (!isHere) {
    location.assign(to);
    return;
  }
  history.replaceState(null, "", to);
  location.reload();
}

// While it is under way nothing can be typed that would not be sent, and be gone afterwards.
function open(form, isOpen) {
  for (const each of form.querySelectorAll("textarea, input")) each.readOnly = !isOpen;
  form.toggleAttribute("data-sending", !isOpen);
  form.setAttribute("aria-busy", String(!isOpen));
}

async function send(form, again = true) {
  let said;
  if (form.dataset.box) await settleDraft(form);
  try {
    said = await ask(form);
  } catch (error) {
    said = { error: error instanceof SyntaxError ? ODD_ANSWER : NO_ANSWER };
  }
  for (const [name, value] of Object.entries(said.fields ?? {})) setField(form, name, value);
  if (said.page) {
    // The answer is a page that says what is wrong where it is; the key makes it the same wish.
    HTMLFormElement.prototype.submit.call(form);
  } else if (said.next) {
    if (form.dataset.box) dropDraft(form);
    go(said.next);
  } else if (said.repeat && again) {
    await send(form, false);
  } else {
    tell(form, said.error ?? ODD_ANSWER);
    open(form, true);
    if (form.dataset.box) keepDraft(form);
  }
}

function onSubmit(event) {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  if (form.hasAttribute("data-sending")) return;
  open(form, false);
  tell(form, "");
  send(form);
}

function startBox(form) {
  startDraft(form, () => showRoom(form));
  form.elements.text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!event.repeat) form.requestSubmit();
  });
}

export function startSending() {
  document.addEventListener("submit", onSubmit);
  for (const form of document.querySelectorAll("form[data-box]")) startBox(form);
  // A page that comes back as it was left.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    for (const form of document.querySelectorAll("form[data-sending]")) open(form, true);
  });
}
