/* Sets of readings that wait on this device for a network. Pages and the service worker share this file.

   A set gets its key when it is entered, and every sending repeats it: the server takes it once, whether or not
   its answer came back. A set belongs to the person who entered it; nobody else sends it, sees it or drops it.
   {key, owner, meter, title, account, shown, entered, fields, state, text, confirm, url}; states: waiting, sending, asked,
   refused, gone, taken. */

globalThis.svetKept = (() => {
  const DESK = "/readings/kept/";
  const PATIENCE = 30_000;
  const changed = "BroadcastChannel" in globalThis ? new BroadcastChannel("svet-kept") : null;
  const listeners = new Set();
  changed?.addEventListener("message", () => listeners.forEach((hear) => hear()));

  function opened() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open("svet-kept", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("sets", { keyPath: "key" });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  async function stored(mode, act) {
    const base = await opened();
    try {
      return await new Promise((resolve, reject) => {
        const step = base.transaction("sets", mode, { durability: "strict" });
        const asked = act(step.objectStore("sets"));
        step.oncomplete = () => resolve(asked?.result);
        step.onerror = step.onabort = () => reject(step.error);
      });
    } finally {
      base.close();
    }
  }

  function tell() {
    changed?.postMessage("changed");
    listeners.forEach((hear) => hear());
  }

  const everybodys = () => stored("readonly", (sets) => sets.getAll());
  const of = async (owner) =>
    (await everybodys()).filter((set) => set.owner === owner).sort((a, b) => a.entered - b.entered);

  async function put(set) {
    await stored("readwrite", (sets) => sets.put(set));
    tell();
  }

  /* Changes a set that still stands there: what the person has dropped meanwhile does not come back. */
  function note(key, values) {
    return stored("readwrite", (sets) => {
      const asked = sets.get(key);
      asked.onsuccess = () => asked.result && sets.put({ ...asked.result, ...values });
    });
  }

  async function change(key, values) {
    await note(key, values);
    tell();
  }

  async function drop(key) {
    await stored("readwrite", (sets) => sets.delete(key));
    tell();
  }

  /* Sends what waits, one after another in the order of entry, from one place at a time.
     Gives {left, signIn}: how many still wait, and whether somebody has to sign in first. */
  function send() {
    return navigator.locks ? navigator.locks.request("svet-kept", sendAll) : sendAll();
  }

  async function sendAll() {
    // A set left «sending» had a sender who died: nobody knows the answer, so it is asked for again.
    const waits = (set) => set.state === "waiting" || set.state === "sending";
    const waiting = (await everybodys()).filter(waits).sort((a, b) => a.entered - b.entered);
    if (!waiting.length) return { left: 0, signIn: false };
    const answer = await fetch(DESK, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) return { left: waiting.length, signIn: false };
    const { person, csrf } = await answer.json();
    if (!person) return { left: waiting.length, signIn: true };
    const own = waiting.filter((set) => set.owner === person);
    for (const [at, set] of own.entries()) {
      if (!(await sendOne(set, csrf))) return { left: own.length - at, signIn: false };
    }
    return { left: 0, signIn: false };
  }

  /* True when the server has said what becomes of the set; otherwise it goes on waiting. */
  async function sendOne(set, csrf) {
    await change(set.key, { state: "sending" });
    const data = new FormData();
    for (const [name, value] of set.fields) data.append(name, value);
    data.set("key", set.key);
    data.set("owner", set.owner);
    data.set("entered", String(set.entered));
    if (set.confirm) data.set("confirm", set.confirm);
    try {
      const answer = await fetch(`/readings/${set.meter}/kept/`, {
        method: "POST", body: data, redirect: "manual", headers: { "X-CSRFToken": csrf },
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.status === 404) {
        await change(set.key, { state: "gone", text: "" });
        return true;
      }
      const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
      const said = isJson ? await answer.json() : {};
      if (["taken", "asked", "refused"].includes(said.outcome)) {
        await change(set.key, { state: said.outcome, text: said.text, url: said.url, answer: said.confirm });
        return true;
      }
      await change(set.key, { state: "waiting", text: said.text ?? "" });
      return false;
    } catch (error) {
      await change(set.key, { state: "waiting" });
      throw error;
    }
  }

  return { of, everybodys, put, change, note, drop, send, hear: (listener) => listeners.add(listener) };
})();
