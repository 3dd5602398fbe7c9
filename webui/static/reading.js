// The read mark moves when a person goes past it: then all above it was on the screen.

const LOOKED_AT_MS = 1_000;

export function startReading() {
  for (const form of document.querySelectorAll("form[data-stop]")) {
    let timer = 0;
    const watching = new IntersectionObserver(([{ isIntersecting }]) => {
      clearTimeout(timer);
      if (isIntersecting) timer = setTimeout(() => send(form, watching), LOOKED_AT_MS);
    });
    watching.observe(form);
    // Where nobody stopped yet, there is nothing to go past.
    if (form.dataset.stop === "first") send(form, watching);
  }
}

// What fails is tried when the person comes by again; the button stays for who wants to be sure.
async function send(form, watching) {
  watching.disconnect();
  const body = new URLSearchParams(new FormData(form));
  await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
}
