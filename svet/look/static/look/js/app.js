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

// Readings may wait on this device: the service worker sends them from whatever page is open.
async function sendKept() {
  (await navigator.serviceWorker.ready).active?.postMessage("send-kept");
}
if (signedIn && "serviceWorker" in navigator && moment === undefined) {
  sendKept();
  addEventListener("online", sendKept);
}

const keptNote = document.querySelector("[data-kept-note]");
// The queue's file comes later in the page than this one.
if (keptNote) addEventListener("DOMContentLoaded", async () => {
  // Whose they are is not known before somebody signs in, so nothing is said of them but that they are there.
  const sets = (await globalThis.svetKept?.everybodys().catch(() => [])) ?? [];
  keptNote.hidden = !sets.some((set) => set.state !== "taken");
});

if (moment !== undefined) {
  const note = document.querySelector("[data-offline-note]");
  if (note) note.hidden = false;
  const place = note?.querySelector("[data-offline-moment]");
  if (place && Number(moment)) {
    const shown = { dateStyle: "short", timeStyle: "short" };
    place.textContent = new Intl.DateTimeFormat(document.documentElement.lang, shown).format(Number(moment));
  }
  // Readings can be entered all the same: they wait in the queue. Nothing else can be done now.
  for (const control of document.querySelectorAll("main :is(button, input)")) {
    if (!control.closest("form[data-readings], [data-kept]")) control.disabled = true;
  }
}

if (moment !== undefined || waits) {
  addEventListener("online", () => location.reload());
}
