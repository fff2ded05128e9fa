/* Asks the browser for an address to which notices can be pushed, and gives it to the server.
   The page of settings and the service worker share this file. */

globalThis.svetPush = (() => {
  const DESK = "/profile/browsers/";
  const PATIENCE = 30_000;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const same = (buffer, other) => {
    const mine = new Uint8Array(buffer ?? []);
    return mine.length === other.length && mine.every((byte, at) => byte === other[at]);
  };

  /* Nothing when notices come here from now on, or the server's sentence of why they cannot. */
  async function turnOn(registration) {
    const answer = await fetch(DESK, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    const { key, csrf } = await answer.json();
    if (!key) throw new Error("nobody is signed in");
    const { endpoint, keys } = (await subscribed(registration, bytes(key))).toJSON();
    const data = new FormData();
    for (const [name, value] of Object.entries({ endpoint, ...keys })) data.append(name, value);
    const told = await fetch(DESK, {
      method: "POST", body: data, redirect: "error", headers: { "X-CSRFToken": csrf },
      signal: AbortSignal.timeout(PATIENCE),
    });
    const said = await told.json();
    return told.ok ? "" : said.text;
  }

  async function subscribed(registration, key) {
    const standing = await registration.pushManager.getSubscription();
    // Subscribed under a key of old: its service takes nothing from the new one.
    if (standing && !same(standing.options.applicationServerKey, key)) await standing.unsubscribe();
    else if (standing) return standing;
    return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  }

  return { turnOn };
})();
