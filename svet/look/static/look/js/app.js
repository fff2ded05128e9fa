/* The installable app: registers the service worker for signed-in people and says when a page is an old copy. */

const signedIn = document.body.hasAttribute("data-signed-in");
const moment = document.documentElement.dataset.offline;
const waits = document.querySelector("[data-waits-for-network]");

// The page «Нет связи» is nobody's: it does not mean that the person has signed out.
if (!signedIn && !waits && "caches" in window) caches.delete("svet-seen").catch(() => {});

if (signedIn && "serviceWorker" in navigator && moment === undefined) {
  const fresh = !navigator.serviceWorker.controller;
  const register = async () => {
    await navigator.serviceWorker.register("/service-worker.js", { updateViaCache: "none" });
    if (!fresh || location.pathname !== "/readings/") return;
    // The worker was not there yet when this page came: it has to be seen once more.
    await navigator.serviceWorker.ready;
    await (await caches.open("svet-seen")).add("/readings/");
  };
  const start = () => register().catch(() => {});
  document.readyState === "complete" ? start() : addEventListener("load", start, { once: true });
}

if (moment !== undefined) {
  const note = document.querySelector("[data-offline-note]");
  if (note) note.hidden = false;
  const place = note?.querySelector("[data-offline-moment]");
  if (place && Number(moment)) {
    const shown = { dateStyle: "short", timeStyle: "short" };
    place.textContent = new Intl.DateTimeFormat(document.documentElement.lang, shown).format(Number(moment));
  }
  for (const control of document.querySelectorAll("main :is(button, input)")) control.disabled = true;
}

if (moment !== undefined || waits) {
  addEventListener("online", () => location.reload());
}
