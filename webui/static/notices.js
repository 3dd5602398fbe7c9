// How many notices are unread, beside the entry of the menu, while the page stays open.

import { ask } from "./asking.js";

const badge = document.getElementById("unread");

export async function countNotices(say) {
  if (!badge) return;
  const answer = await ask("/notifications/unread");
  if (!answer) return;
  const { count, number, label } = answer;
  const before = badge.dataset.count ?? badge.firstElementChild.textContent.replaceAll(/\D/g, "");
  badge.dataset.count = count;
  badge.firstElementChild.textContent = number;
  badge.hidden = count === 0;
  if (count > Number(before)) say(label);
}
