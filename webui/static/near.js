// People in the same network, while the page that shows them stays open: for how long one is shown
// still, and that somebody came or left.  The list changes when a person wants to see it.

import { ask } from "./asking.js";

export async function countNear(say) {
  const link = document.querySelector("[data-near]");
  if (!link) return;
  const answer = await ask(`/near?${new URLSearchParams({ seen: link.dataset.near })}`);
  if (!answer) return;
  const { sentence, label } = answer;
  document.getElementById("near-sentence").textContent = sentence;
  if (link.textContent === label) return;
  link.textContent = label;
  say(label);
}
