// Pictures: those that come while a page is open, and those that are pasted or dropped into the box.

import { ask } from "./asking.js";

// A picture came: it takes the place of the box that held it open.
export function showMedium(id) {
  for (const figure of document.querySelectorAll(`figure[data-medium="${CSS.escape(id)}"]`)) {
    if (figure.querySelector("img, audio, video") || figure.querySelector("[data-came]")) continue;
    const box = figure.querySelector(".medium-away");
    if (!box) continue;
    const picture = document.createElement("img");
    picture.src = `/media/${id}/small`;
    picture.alt = box.querySelector("[dir=auto]")?.textContent.trim() ?? "";
    picture.loading = "lazy";
    const place = box.querySelector(".place");
    for (const side of place ? ["width", "height"] : []) picture[side] = place.getAttribute(side);
    const link = document.createElement("a");
    link.href = figure.dataset.large;
    link.append(picture);
    // Of one that nobody described the link says what it is: "picture, 90 kB".
    if (!picture.alt) link.ariaLabel = box.querySelector("b").nextSibling.textContent.trim();
    picture.addEventListener("error", () => link.replaceWith(box), { once: true });
    box.replaceWith(link);
  }
}

// Those that came while nobody listened: before the stream was open, or behind another tab.
export async function askForMedia() {
  const away = [...document.querySelectorAll("figure[data-medium]:has(.medium-away)")];
  if (away.length === 0) return;
  const ids = away.map((each) => each.dataset.medium).slice(0, 50);
  const answer = await ask(`/media/here?ids=${ids}`);
  answer?.here.forEach(showMedium);
}

// The next place for a file, or null: there are four.
const free = (form) =>
  [...form.querySelectorAll('.attach-row input[type="file"]')].find((each) => !each.files.length);

function put(form, files) {
  for (const file of files) {
    const place = free(form);
    if (!place) return;
    const one = new DataTransfer();
    one.items.add(file);
    place.files = one.files;
    place.dispatchEvent(new Event("change", { bubbles: true }));
  }
  form.querySelector(".attach").open = true;
}

// Of a picture that nobody described, a mark says so until somebody does.
function remind(row) {
  const isThere = row.querySelector('[type="file"]')?.files.length !== 0;
  row.classList.toggle("undescribed", isThere && !row.querySelector("textarea").value.trim());
}

export function startMedia() {
  for (const form of document.querySelectorAll("form.composer")) {
    if (!form.querySelector(".attach")) continue;
    form.addEventListener("paste", (event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      put(form, event.clipboardData.files);
    });
    form.addEventListener("dragover", (event) => event.preventDefault());
    form.addEventListener("drop", (event) => {
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      put(form, event.dataTransfer.files);
    });
    for (const row of form.querySelectorAll(".attach-row, .attach-given")) {
      for (const name of ["change", "input"]) row.addEventListener(name, () => remind(row));
    }
  }
}
