/* «Показания» without a network: what is entered goes into the queue on this device, which stands in the page. */

const root = document.documentElement;
const owner = document.body.dataset.person;
const queue = document.querySelector("[data-kept]");
const kept = globalThis.svetKept;
const SLOW = 20_000;
const RETRY = 30_000;
const SOON = 2_000;
const TOLD_FOR = 60_000;

const isOldCopy = root.dataset.offline !== undefined;
const isAway = () => isOldCopy || !navigator.onLine;
let signIn = false;

if (queue && owner && kept) {
  kept.hear(() => draw());
  // Before htmx sees the form: without a network there is nobody to send it to.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-readings]") || !isAway()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    keep(form, new FormData(form, event.submitter), crypto.randomUUID());
  }, true);
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.matches("form[data-readings]")) event.detail.timeout = SLOW;
  });
  // The server may have taken it and only the answer was lost: the set waits under the key it went out with.
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, lost);
  document.addEventListener("htmx:responseError", (event) => {
    if ([502, 503, 504].includes(event.detail.xhr.status)) lost(event);
  });
  queue.addEventListener("click", press);
  addEventListener("online", () => send());
  setInterval(() => send(), RETRY);
  begin();
}

async function begin() {
  // What has gone out is told for a while: the page that sends it may load itself anew the next moment.
  for (const set of await kept.of(owner)) {
    if (set.state !== "taken") continue;
    if (!set.seen) await kept.note(set.key, { seen: Date.now() });
    else if (Date.now() - set.seen > TOLD_FOR) await kept.drop(set.key);
  }
  await draw();
  await send();
}

function lost(event) {
  const form = event.target;
  if (!form.matches("form[data-readings]")) return;
  const data = event.detail.requestConfig.formData;
  keep(form, data, data.get("key") || crypto.randomUUID());
  form.elements.key.value = crypto.randomUUID();
  setTimeout(send, SOON);
}

async function keep(form, data, key) {
  const fields = [...data.entries()].filter(
    ([name, value]) => !["csrfmiddlewaretoken", "key"].includes(name) && (typeof value === "string" || value.size),
  );
  const meter = form.getAttribute("action").split("/").at(-2);
  const values = fields.filter(([name]) => name.startsWith("value-"));
  const same = (set) => set.meter === meter && set.state === "waiting"
    && JSON.stringify(set.fields.filter(([name]) => name.startsWith("value-"))) === JSON.stringify(values);
  if (!(await kept.of(owner)).some(same)) {
    await kept.put({
      key, owner, meter, fields, entered: Date.now(), state: "waiting", text: "",
      title: form.dataset.serial, account: form.dataset.account, shown: shownOf(form, values),
    });
    navigator.storage?.persist?.();
    await askForSync();
  }
  await draw();
  queue.focus();
  queue.scrollIntoView({ block: "start" });
}

function shownOf(form, values) {
  return values.map(([name, value]) => {
    const input = form.elements[name];
    const label = values.length > 1 ? `${input.labels?.[0]?.textContent.trim() ?? ""} ` : "";
    return label + (value.replace(/^0+(?=[0-9])/, "") || "0").replace(/\B(?=([0-9]{3})+(?![0-9]))(?<!,[0-9]*)/g, "\u00a0");
  }).join(", ");
}

/* The browser then wakes the service worker when the network is back, even if every tab is closed. */
async function askForSync() {
  try {
    await (await navigator.serviceWorker.getRegistration())?.sync?.register("svet-kept");
  } catch {
    // Not every browser has it: the next page that opens sends the queue.
  }
}

async function send() {
  if (!navigator.onLine) return;
  const before = (await kept.of(owner)).filter((set) => set.state === "taken").length;
  try {
    signIn = (await kept.send()).signIn;
  } catch {
    // Still no network: the queue waits.
  }
  await draw();
  const after = (await kept.of(owner)).filter((set) => set.state === "taken").length;
  if (after > before && !isOldCopy && !isBeingTyped()) location.reload();
}

/* A page somebody works in is not taken from under their fingers. */
function isBeingTyped() {
  const dials = [...document.querySelectorAll("svet-odometer.is-ready")];
  return document.activeElement?.closest("form[data-readings]") || dials.some((dial) => dial.face !== dial.last);
}

async function press(event) {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches("[data-kept-send]")) return send();
  const key = button.closest("[data-key]")?.dataset.key;
  const set = (await kept.of(owner)).find((one) => one.key === key);
  if (!set) return draw();
  if (button.matches("[data-kept-confirm]")) {
    await kept.change(key, { state: "waiting", confirm: set.answer, text: "" });
    return send();
  }
  if (button.matches("[data-kept-again]")) enterAgain(set);
  await kept.drop(key);
  if (!queue.hidden) queue.focus();
}

/* Puts the values back into the boxes, to be mended and sent anew. */
function enterAgain(set) {
  const form = document.getElementById(`meter-${set.meter}`)?.querySelector("form");
  if (!form) return;
  for (const [name, value] of set.fields) {
    const input = form.elements[name];
    if (!name.startsWith("value-") || !input) continue;
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
  form.closest("details")?.setAttribute("open", "");
  form.querySelector("input.odometer__input")?.focus();
}

async function draw() {
  const sets = await kept.of(owner);
  queue.hidden = !sets.length;
  if (!sets.length) return;
  const waits = sets.filter((set) => ["waiting", "sending"].includes(set.state)).length;
  for (const part of queue.querySelectorAll("[data-kept-when]")) {
    part.hidden = part.dataset.keptWhen !== (signIn ? "sign-in" : waits ? "waits" : "sent");
  }
  for (const place of queue.querySelectorAll("[data-kept-count]")) place.textContent = String(waits);
  const button = queue.querySelector("[data-kept-send]");
  button.hidden = !waits || signIn || isAway();
  const list = queue.querySelector("[data-kept-list]");
  const focused = document.activeElement?.closest("[data-key]")?.dataset.key;
  list.replaceChildren(...sets.map(row));
  if (focused) list.querySelector(`[data-key="${focused}"] button:not([hidden])`)?.focus();
}

function row(set) {
  const item = queue.querySelector("template").content.firstElementChild.cloneNode(true);
  const find = (name) => item.querySelector(`[data-kept-${name}]`);
  const time = { dateStyle: "short", timeStyle: "short" };
  item.dataset.key = set.key;
  find("title").textContent = set.title;
  find("account").textContent = set.account;
  find("values").textContent = set.shown;
  find("moment").textContent = new Intl.DateTimeFormat(root.lang, time).format(set.entered);
  find("text").textContent = set.text ?? "";
  find("text").hidden = !set.text;
  for (const part of item.querySelectorAll("[data-kept-in]")) {
    part.hidden = !part.dataset.keptIn.split(" ").includes(set.state);
  }
  if (set.url) find("url").href = set.url;
  return item;
}
