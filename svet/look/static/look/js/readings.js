/* «Показания»: which of the two buttons was meant follows the digits, not the page as it was loaded. */

document.addEventListener("svet:reading", (event) => {
  const button = event.target.closest("form[data-readings]")?.querySelector("[data-readings-button]");
  if (!button) return;
  // The odometer renames the button after it has told of the change.
  queueMicrotask(() => {
    button.value = button.textContent.trim() === button.dataset.old ? "old" : "new";
  });
});
