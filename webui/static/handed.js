// A file that was chosen, once the node has it: the form names it, and it can be left out.

import { inWords } from "./texts.js";

function field(type, name, value) {
  const made = document.createElement("input");
  Object.assign(made, { type, name, value });
  return made;
}

// In a row for a file, `upload` stands for the file that was chosen there from now on.
export function showHanded(row, upload) {
  const input = row.querySelector('input[type="file"]');
  const number = input.name.slice("file".length);
  const { name, type } = input.files[0];
  const label = document.createElement("label");
  const words = document.createElement("span");
  words.dir = "auto";
  words.textContent = inWords("Leave out {name}", { name });
  label.append(field("checkbox", `without${number}`, "yes"), words);
  const shown = [field("hidden", `upload${number}`, upload), field("hidden", `name${number}`, name), label];
  if (type.startsWith("image/")) {
    const picture = document.createElement("img");
    picture.className = "going";
    picture.alt = "";
    picture.src = `/uploads/${upload}`;
    picture.addEventListener("error", () => picture.remove(), { once: true });
    shown.push(picture);
  }
  row.classList.replace("attach-row", "attach-given");
  input.replaceWith(...shown);
}
