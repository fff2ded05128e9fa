/* Up and down go from row to row, on the ticks or on the rows themselves; the page stays a plain list. */

const STOPS = { SUMMARY: ".line__more > summary", INPUT: ".line > .tick-box > input" };

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const chosen = STOPS[event.target.tagName];
  if (!step || !chosen || !event.target.matches(chosen) || event.altKey || event.ctrlKey || event.metaKey) return;
  const all = [...document.querySelectorAll(chosen)].filter((stop) => stop.checkVisibility());
  const next = all[all.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
