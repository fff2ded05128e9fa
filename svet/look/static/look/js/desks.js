// Keys of the back office: «/» to the search, «g» and a letter to a desk, «?» to the list of keys.
// By the key's place and not its letter, so that a Russian layout works too.
const WAIT = 1200;
let asked = 0;

const typing = (target) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const search = document.querySelector("[data-desk-search]");
  if (event.key === "?" ) {
    location.assign("/staff/keys/");
  } else if (event.key === "/" || (event.code === "Slash" && !event.shiftKey)) {
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.code === "KeyG") {
    asked = event.timeStamp;
  } else if (asked && event.timeStamp - asked < WAIT && event.code.startsWith("Key")) {
    asked = 0;
    document.querySelector(`[data-desk-key="${event.code.slice(3).toLowerCase()}"]`)?.click();
  }
});
