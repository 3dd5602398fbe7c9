// What was missing and came while the page was open: the hole says so, and nothing moves.

import { ask } from "./asking.js";
import { inWords } from "./texts.js";

const HOLES = "[data-hole], [data-gap]";

export async function countHoles(say) {
  const holes = [...document.querySelectorAll(HOLES)];
  if (holes.length === 0) return;
  const named = (kind) => holes.map((each) => each.dataset[kind]).filter(Boolean).join(",");
  const query = new URLSearchParams({ holes: named("hole"), gaps: named("gap") });
  const answer = await ask(`/came?${query}`);
  if (!answer) return;
  for (const hole of holes) {
    if (answer.came.includes(hole.dataset.hole ?? hole.dataset.gap)) fill(hole, say);
  }
}

function fill(hole, say) {
  const link = document.createElement("a");
  link.className = "button small";
  // A query of its own: what differs behind the # only would load nothing.
  link.href = hole.dataset.hole ? `/posts/${hole.dataset.hole}` : location.pathname + location.search;
  link.textContent = inWords("It is here now: show it");
  hole.replaceChildren(link);
  delete hole.dataset.hole;
  delete hole.dataset.gap;
  say(link.textContent);
}
