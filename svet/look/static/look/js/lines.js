/* Up and down go from row to row, on the ticks or on the rows themselves; the page stays a plain list.
   A row whose readings have just been taken says so. */

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

document.addEventListener("htmx:afterSwap", () => {
  for (const row of document.querySelectorAll(".line__more:has(.notice--success)")) {
    const note = row.querySelector(".line__note[data-done]");
    if (!note) continue;
    note.textContent = note.dataset.done;
    note.classList.remove("line__note--late");
  }
});
