// Nothing that was typed is lost, and nothing is sent twice.
//
// Forms are sent from here: whatever comes back - a refusal, a login that is gone, no answer at
// all - is said beside the text, which stays where it is.  A form carries a key that is new for
// each page; sent again with it, the same thing is done once (`Idempotency-Key`).  A draft is kept
// from the first letter until the node said that it is saved (`drafts.js`).  Without script the
// node's answer holds the text again, and the same key does the rest.

import { bodyOf, dropDraft, forgetDraft, keepDraft, keepNow, settleDraft, startDraft } from "./drafts.js";
import { inWords, locale } from "./texts.js";

const ANSWERS_WITHIN_MS = 60_000;
const noAnswer = () => inWords("Nothing answers on this machine. What you typed stays here. If"
  + " swarmfeed does not run any more, start it with: swarmfeed run. Then press the button once"
  + " more; nothing is done twice.");
const oddAnswer = () => inWords("The answer was not understood. What you typed stays here; press"
  + " the button once more, and it is not done twice.");

// --- how much fits ---------------------------------------------------------------------------

// Characters as people count them: a family of four, joined into one sign, is one.
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

const countGraphemes = (text) => [...graphemes.segment(text)].length;

// From here on it counts how many bytes are left: until then nobody needs to know of bytes.
const NEARLY_FULL = 0.9;

function showRoom(form) {
  // As the node counts: without white space at the end, and accents joined to their letters.
  const text = form.elements.text.value.normalize("NFC").trimEnd();
  const place = form.querySelector(".count");
  const most = Number(form.dataset.bytesMax);
  const size = new TextEncoder().encode(text).length;
  place.hidden = text === "";
  place.classList.toggle("near", size > NEARLY_FULL * most);
  place.classList.toggle("over", size > most);
  place.style.setProperty("--used", `${Math.min(size / most, 1) * 100}%`);
  place.querySelector("span").textContent = roomInWords(text, size, most);
  const used = size.toLocaleString(locale);
  place.title = inWords("{used} of {most:1 byte|# bytes}", { used, most });
}

function roomInWords(text, size, most) {
  if (size > most) return inWords("{bytes:1 byte|# bytes} too long", { bytes: size - most });
  if (size > NEARLY_FULL * most) {
    return inWords("{bytes:1 byte|# bytes} left", { bytes: most - size });
  }
  return inWords("{n:1 character|# characters}", { n: countGraphemes(text) });
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

async function ask(form, button) {
  const answer = await fetch(form.action, {
    method: "POST",
    body: bodyOf(form, button),
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

async function send(form, button, again = true) {
  let said;
  if (form.dataset.box) await settleDraft(form);
  try {
    said = await ask(form, button);
  } catch (error) {
    said = { error: error instanceof SyntaxError ? oddAnswer() : noAnswer() };
  }
  for (const [name, value] of Object.entries(said.fields ?? {})) setField(form, name, value);
  if (said.page) {
    // The answer is a page that says what is wrong where it is; the key makes it the same wish.
    leading.add(form);
    form.requestSubmit(button);
    leading.delete(form);
  } else if (said.next && form.classList.contains("acts")) {
    turnOver(form);
    open(form, true);
  } else if (said.next) {
    if (form.dataset.box) dropDraft(form);
    if (form.dataset.draft) forgetDraft(form);
    go(said.next);
  } else if (said.repeat && again) {
    await send(form, button, false);
  } else {
    tell(form, said.error ?? oddAnswer());
    open(form, true);
    if (form.dataset.box) keepDraft(form);
  }
}

// What was pressed is done: the button takes it back from now on, and nothing moves.
function turnOver(form) {
  const button = form.querySelector(`[formaction="${CSS.escape(form.getAttribute("action"))}"]`);
  const isOn = button.getAttribute("aria-pressed") !== "true";
  const number = button.querySelector(".number");
  if (number) number.textContent = Math.max(Number(number.textContent) + (isOn ? 1 : -1), 0) || "";
  button.setAttribute("aria-pressed", String(isOn));
  const other = button.dataset.other;
  button.dataset.other = button.getAttribute("formaction");
  button.setAttribute("formaction", other);
}

// Forms that lead to a page, and nothing is done: the browser goes there by itself.
const leading = new WeakSet();

async function lead(form, button) {
  if (form.dataset.box) await keepNow(form);
  // A form is not sent while the event of its sending is under way.
  await new Promise((resolve) => setTimeout(resolve));
  leading.add(form);
  form.requestSubmit(button);
  leading.delete(form);
}

function onSubmit(event) {
  const form = event.target;
  if (form.method !== "post") return;
  if (leading.has(form)) return;
  event.preventDefault();
  if (event.submitter?.hasAttribute("data-leads") && !form.hasAttribute("data-sending")) {
    lead(form, event.submitter);
    return;
  }
  const does = event.submitter?.getAttribute("formaction");
  if (does && !form.hasAttribute("data-sending")) form.setAttribute("action", does);
  if (form.hasAttribute("data-sending")) return;
  open(form, false);
  tell(form, "");
  send(form, event.submitter);
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
