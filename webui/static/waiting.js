// A page that waits for the machine looks again by itself.  While it restarts nobody answers: then
// the page stays, and asks once more.

const EVERY_MS = 2_000;

const { leadsTo } = document.querySelector("[data-leads-to]").dataset;

async function look() {
  const answer = await fetch(leadsTo, { cache: "no-store" }).catch(() => null);
  if (answer) location.assign(leadsTo);
  else setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
