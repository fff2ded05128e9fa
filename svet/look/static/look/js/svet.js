/* Everywhere: busy buttons, dialogs, the theme without a reload, forms that send themselves. */

const root = document.documentElement;

for (const group of document.querySelectorAll("details[data-fold]")) group.dataset.open = String(group.open);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-appearance]")) {
    event.preventDefault();
    change(form, event.submitter);
    return;
  }
  if (form.dataset.sent && form.method === "post") {
    event.preventDefault();
    return;
  }
  if (form.method === "post" && !event.defaultPrevented && !form.hasAttribute("hx-post")) {
    form.dataset.sent = "1";
    const button = event.submitter ?? form.querySelector("button:not([type=button])");
    setTimeout(() => button?.classList.add("is-busy"), 300);
  }
});

// What a browser asks for before it sends is asked in the language of the page.
document.addEventListener("invalid", (event) => {
  if (event.target.dataset.missing && event.target.validity.valueMissing) event.target.setCustomValidity(event.target.dataset.missing);
}, true);
document.addEventListener("input", (event) => {
  if (event.target.dataset.missing) event.target.setCustomValidity("");
});

// A page taken from the back-forward cache must be able to send again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll(".is-busy")) button.classList.remove("is-busy");
});

async function change(form, button) {
  const data = new FormData(form, button);
  if (button.name === "theme") {
    root.dataset.theme = button.value;
    document.querySelector("[data-dark]").media = { dark: "all", light: "not all" }[button.value] ?? "(prefers-color-scheme: dark)";
    for (const other of form.querySelectorAll("button")) other.ariaPressed = String(other === button);
  } else {
    const large = button.value === "large";
    large ? (root.dataset.size = "large") : delete root.dataset.size;
    button.ariaPressed = String(large);
    button.value = large ? "normal" : "large";
  }
  await fetch(form.action, { method: "POST", body: data, redirect: "manual" });
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-submit-on-change]")) form.requestSubmit();
});

// A group stays folded or open on every page and device; the page itself need not wait for that.
document.addEventListener("toggle", (event) => {
  const group = event.target;
  if (!group.matches("details[data-fold]")) return;
  const before = group.dataset.open;
  group.dataset.open = String(group.open);
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (before === group.dataset.open || !token) return;
  const body = new URLSearchParams({ folded: group.open ? "no" : "yes", csrfmiddlewaretoken: token });
  fetch(group.dataset.fold, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => {});
}, true);

document.addEventListener("htmx:beforeRequest", () => document.body.classList.add("is-loading"));
document.addEventListener("htmx:afterRequest", () => document.body.classList.remove("is-loading"));

// The first field at fault takes the focus, so that nobody has to look for it.
document.querySelector("[aria-invalid=true]")?.focus();

// Nor does an answer in the page lose it: where the part that had it goes, the same link takes it, the field at fault, or what is told.
let gone;
document.addEventListener("htmx:beforeSwap", (event) => {
  const part = document.activeElement;
  gone = part !== document.body && event.detail.target.contains(part) && part;
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (!gone || document.activeElement !== document.body) return;
  const fresh = event.target;
  const same = gone.href && [...fresh.querySelectorAll("a")].find((link) => link.href === gone.href);
  const told = fresh.querySelector("[role=alert], [role=status]");
  if (told) told.tabIndex = -1;
  (same || fresh.querySelector("[aria-invalid=true]") || told)?.focus();
  gone = null;
});
