/* Keeps what is needed without a network: the frame's files, the page «Нет связи» and the last seen page of
   readings; shows the notices that the server pushes. Nothing else of a person's is ever kept, and the readings go when the person signs out.
   The view that serves this file writes FRAME above it, {version, files, offline, kept, icon}, kept.js and
   push.js. */

const FRAME_CACHE = `svet-frame-${FRAME.version}`;
const SEEN_CACHE = "svet-seen";
const files = new Set(FRAME.files);

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(FRAME_CACHE);
    await cache.addAll(FRAME.files);
    await keepOfflinePage(cache);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("svet-frame-") && name !== FRAME_CACHE) await caches.delete(name);
    }
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  })());
});

/* The queue of readings goes out when the browser says that there is a network again, or when a page asks. */
self.addEventListener("sync", (event) => {
  if (event.tag === "svet-kept") event.waitUntil(sendKept());
});

self.addEventListener("message", (event) => {
  if (event.data === "send-kept") event.waitUntil(sendKept().catch(() => {}));
});

async function sendKept() {
  const { left, signIn } = await svetKept.send();
  // A refusal makes the browser wake us again; without somebody signed in that would be in vain.
  if (left && !signIn) throw new Error("readings still wait");
}

/* A notice the server pushed: {title, text, url, lang}. Browsers demand that each is shown. */
self.addEventListener("push", (event) => {
  const { title, text, url, lang } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body: text, lang, icon: FRAME.icon, data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(opened(new URL(event.notification.data.url, location.origin)));
});

/* The service gave this browser another address: without telling it, notices would end in silence. */
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(svetPush.turnOn(self.registration));
});

/* Where the page stands open it is shown again; no other page is led away from what is being typed there. */
async function opened(url) {
  if (url.origin !== location.origin) return;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const standing = windows.find((one) => new URL(one.url).pathname === url.pathname);
  await (standing ? standing.focus() : self.clients.openWindow(url.href));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST") {
    // Signing in, out, or anew: the page of readings may be another person's.
    if (url.pathname.startsWith("/entrance/")) event.waitUntil(caches.delete(SEEN_CACHE));
    else if (["/language/", "/appearance/"].includes(url.pathname)) event.respondWith(switched(event));
  } else if (request.mode === "navigate") {
    event.respondWith(navigated(event, url));
  } else if (files.has(url.pathname + url.search)) {
    event.respondWith(fromFrame(request));
  }
});

async function keepOfflinePage(cache) {
  await cache.add(new Request(FRAME.offline, { cache: "reload" }));
}

async function fromFrame(request) {
  const cache = await caches.open(FRAME_CACHE);
  return (await cache.match(request, { ignoreVary: true })) ?? fetch(request);
}

/* The language or the theme was changed: the page «Нет связи» must follow. */
async function switched(event) {
  const answer = await fetch(event.request);
  event.waitUntil(caches.open(FRAME_CACHE).then(keepOfflinePage).catch(() => {}));
  return answer;
}

async function navigated(event, url) {
  if (url.pathname.startsWith("/entrance/")) event.waitUntil(caches.delete(SEEN_CACHE));
  try {
    const answer = (await event.preloadResponse) ?? (await fetch(event.request));
    if (url.pathname === FRAME.kept && !url.search && answer.ok && !answer.redirected && !answer.headers.has("Svet-Look")) {
      const copy = answer.clone();
      event.waitUntil(caches.open(SEEN_CACHE).then((cache) => cache.put(FRAME.kept, copy)));
    }
    return answer;
  } catch {
    return (url.pathname === FRAME.kept && (await lastSeen())) || offlinePage();
  }
}

async function offlinePage() {
  const cache = await caches.open(FRAME_CACHE);
  return (await cache.match(FRAME.offline, { ignoreVary: true })) ?? Response.error();
}

/* The page as it was, marked with the moment at which it was true. */
async function lastSeen() {
  const cache = await caches.open(SEEN_CACHE);
  const kept = await cache.match(FRAME.kept, { ignoreVary: true });
  if (!kept) return null;
  const headers = new Headers(kept.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  const moment = Date.parse(kept.headers.get("Date") ?? "") || 0;
  const page = (await kept.text()).replace("<html ", `<html data-offline="${moment}" `);
  return new Response(page, { status: 200, headers });
}
