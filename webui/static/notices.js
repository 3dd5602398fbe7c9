// How many notices and messages are unread, beside their entries of the menu, while the page stays
// open.

import { ask } from "./asking.js";

const BADGES = { notices: "unread", letters: "letters" };

export async function countNotices(say) {
  const badges = Object.entries(BADGES).map(([kind, id]) => [kind, document.getElementById(id)]);
  if (!badges.some(([, badge]) => badge)) return;
  const answer = await ask("/notifications/unread");
  if (!answer) return;
  for (const [kind, badge] of badges) {
    if (badge) show(badge, answer[kind], say);
  }
}

function show(badge, { count, number, label }, say) {
  const before = badge.dataset.count ?? badge.firstElementChild.textContent.replaceAll(/\D/g, "");
  badge.dataset.count = count;
  badge.firstElementChild.textContent = number;
  badge.hidden = count === 0;
  if (count > Number(before)) say(label);
}
