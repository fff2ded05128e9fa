/* Up and down go from row to row, on the ticks, the fields or the rows themselves; the page stays a plain list.
   In a field Enter goes on to the next one too: the last one sends, and none before it.
   A row whose readings have just been taken says so. */

const STOPS = { SUMMARY: ".line__more > summary", INPUT: ":is(.line > .tick-box > input, .all__value)" };

document.addEventListener("keydown", (event) => {
  const field = event.target.matches?.(".all__value");
  const step = { ArrowDown: 1, ArrowUp: -1, Enter: field ? 1 : 0 }[event.key];
  const chosen = STOPS[event.target.tagName];
  if (!step || !chosen || !event.target.matches(chosen) || event.altKey || event.ctrlKey || event.metaKey) return;
  const all = [...document.querySelectorAll(chosen)].filter((stop) => stop.checkVisibility());
  const next = all[all.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.select?.();
});

document.addEventListener("htmx:afterSwap", () => {
  for (const row of document.querySelectorAll(".line__more:has(.notice--success)")) {
    const note = row.querySelector(".line__note[data-done]");
    if (!note) continue;
    note.textContent = note.dataset.done;
    note.classList.remove("line__note--late");
  }
});
