// What a page gains with JavaScript: live counters, progress, counts, relative times.
// Every page works without it.  Text goes in as text: nothing here makes HTML.

import { ask } from "./asking.js";
import { hearDrafts } from "./drafts.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { askForMedia, showMedium, startMedia } from "./media.js";
import { countHoles } from "./holes.js";
import { countNear } from "./near.js";
import { countNotices } from "./notices.js";
import { startReading } from "./reading.js";
import { startSending } from "./sending.js";
import { inWords, locale } from "./texts.js";
import { countReplies } from "./thread.js";

const GAP_BETWEEN_ANNOUNCEMENTS_MS = 10_000;

const byId = (id) => document.getElementById(id);

// --- saying things to people who listen -------------------------------------------------

let saidAt = 0;

function say(sentence, now = false) {
  if (!now && Date.now() - saidAt < GAP_BETWEEN_ANNOUNCEMENTS_MS) return;
  saidAt = Date.now();
  byId("say").textContent = sentence;
}

// --- times ------------------------------------------------------------------------------

const STEPS = [[60, "second"], [60, "minute"], [24, "hour"], [7, "day"]];
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "narrow" });

function relativeTime(date) {
  let value = (date - Date.now()) / 1000;
  if (Math.abs(value) < 45) return inWords("now");
  for (const [size, unit] of STEPS) {
    if (Math.abs(value) < size) return relative.format(Math.round(value), unit);
    value /= size;
  }
  const sameYear = date.getFullYear() === new Date().getFullYear();
  const year = sameYear ? {} : { year: "numeric" };
  return date.toLocaleDateString(locale, { day: "numeric", month: "short", ...year });
}

function updateTimes() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const date = new Date(time.dateTime);
    if (!Number.isNaN(date.valueOf())) time.textContent = relativeTime(date);
  }
}

// --- copying ----------------------------------------------------------------------------

function startCopying() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    const label = button.querySelector("span");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      label.textContent = inWords("Copied");
      say(label.textContent, true);
    });
  }
}

// --- live counters ----------------------------------------------------------------------

const title = document.title;

async function countNew() {
  countReplies(say);
  const bar = byId("new-bar");
  if (!bar) return;
  const answer = await ask(bar.dataset.asks);
  if (!answer) return;
  const { count, label } = answer;
  bar.hidden = count === 0;
  bar.querySelector("span").textContent = label;
  document.title = count ? `(${count}) ${title}` : title;
  if (count) say(label);
}

function showProgress({ feed, held }) {
  for (const place of document.querySelectorAll(`[data-feed="${CSS.escape(feed)}"]`)) {
    const bar = place.querySelector("progress");
    bar.max = Math.max(bar.max, held);
    bar.value = held;
    const text = inWords("{held} of {total}", {
      held: held.toLocaleString(locale),
      total: bar.max.toLocaleString(locale),
    });
    place.querySelector(".progress-text").textContent = text;
  }
}

async function askHowItIs() {
  const answer = await ask("/sentence");
  if (!answer || isAway) return;
  showRefused([...answer.alarms.filter(isNews), ...answer.refused]);
  showHow(answer.sentence, answer.short, answer.more, answer.full);
}

function showHow(sentence, short, more, full) {
  const say = (name, text) => {
    for (const place of document.querySelectorAll(name)) place.textContent = text;
  };
  say(".how", sentence);
  say(".how-short", short);
  say(".how-more", more);
  // Below a post stands who has that one: that was signed, and stays true.
  const marks = document.querySelectorAll(".nodes:not(.held *)");
  for (const mark of marks) mark.dataset.full = full;
}

// What others did in the person's name stands on every page with what to do about it; on one that
// was opened before, it is said.
function isNews(alarm) {
  const told = [...document.querySelectorAll(".alarm strong")].map((each) => each.textContent);
  return !told.includes(alarm);
}

// What the machine refuses the node comes and goes while a page is open.
function showRefused(sentences) {
  const shown = [...document.querySelectorAll(".refused")];
  if (shown.map((each) => each.textContent).join() === sentences.join()) return;
  for (const each of shown) each.remove();
  byId("main").prepend(...sentences.map((sentence) => {
    const note = document.createElement("p");
    note.className = "warning refused";
    note.setAttribute("role", "status");
    note.textContent = sentence;
    return note;
  }));
}

let isAway = false;

function timeOfDay(date) {
  const day = { day: "numeric", month: "short" };
  const isToday = date.toDateString() === new Date().toDateString();
  const clock = { hour: "2-digit", minute: "2-digit" };
  return date.toLocaleString(locale, isToday ? clock : { ...day, ...clock });
}

// Nobody knows how the node is now: what was said last may be true no more.
function showLost({ since }) {
  isAway = true;
  const sentence = inWords("Not connected since {time}", { time: timeOfDay(new Date(since)) });
  showHow(sentence, sentence, "", 0);
  say(sentence, true);
}

function showEnded() {
  isAway = true;
  showHow(inWords("Logged out"), inWords("Logged out"), "", 0);
  if (byId("ended")) return;
  const note = document.createElement("p");
  note.id = "ended";
  note.className = "warning";
  note.textContent = inWords(
    "This browser was logged out, so nothing here is up to date any more.",
  );
  byId("main").prepend(note);
  say(note.textContent, true);
}

function showJoined() {
  isAway = false;
  hearDrafts();
  countNew();
  countNotices(say);
  askForMedia();
  showStatus();
  updateTimes();
}

function showOpen() {
  if (isAway) say(inWords("Connected again"), true);
  isAway = false;
  byId("ended")?.remove();
  hearDrafts();
  countNew();
  countNotices(say);
  askForMedia();
  showStatus();
}

function showStatus() {
  askHowItIs();
  countNear(say);
}

function showReceipt() {
  countReplies(say);
  askHowItIs();
}

const HEARD = {
  new: () => Promise.all([countNew(), countNotices(say), countHoles(say)]),
  notifications: () => countNotices(say),
  messages: () => countNotices(say),
  drafts: hearDrafts,
  progress: showProgress,
  status: showStatus,
  receipt: showReceipt,
  media: ({ id }) => showMedium(id),
  joined: showJoined,
  open: showOpen,
  lost: showLost,
  ended: showEnded,
};

updateTimes();
setInterval(updateTimes, 30_000);
startSending();
startCopying();
if ("live" in document.body.dataset) {
  startKeys();
  setInterval(() => countNear(say), 30_000);
  startLive((name, data) => HEARD[name](data));
  startMedia();
  startReading();
}
