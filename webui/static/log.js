// The log while it is followed: new lines come on top, asked for as long as the page is seen.

import { ask } from "./asking.js";
import { locale } from "./texts.js";

const EVERY_MS = 2_000;
const LINES_MAX = 500;

const list = document.getElementById("log-lines");
const button = document.querySelector("button[data-follow]");

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function show({ number, time_ms: time, level, said }) {
  const line = document.createElement("li");
  Object.assign(line.dataset, { number, level });
  const when = element("span", "note", `${new Date(time).toLocaleTimeString(locale)} `);
  when.append(element("b", "", level));
  line.append(when, element("span", "said", said));
  list.prepend(line);
}

async function look() {
  const after = list.firstElementChild?.dataset.number ?? 0;
  const answer = await ask(`${button.dataset.follow}&after=${after}`);
  for (const line of (answer?.lines ?? []).reverse()) show(line);
  list.hidden = !list.children.length;
  while (list.children.length > LINES_MAX) list.lastElementChild.remove();
}

if (button && list) {
  let timer = 0;
  button.hidden = false;
  button.addEventListener("click", () => {
    const follows = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(follows));
    clearInterval(timer);
    if (!follows) return;
    look();
    timer = setInterval(() => {
      if (!document.hidden) look();
    }, EVERY_MS);
  });
}
