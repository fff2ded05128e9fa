// Keeps a part of a page fresh: <div id="…" data-live="3"> is read again every so many seconds.
// It waits while the page is hidden or the person works inside the part, and is silent when nothing changed.
for (const part of document.querySelectorAll("[data-live]")) {
  const seconds = Number(part.dataset.live) || 5;
  let before = part.innerHTML;
  const refresh = async () => {
    if (!document.hidden && !part.contains(document.activeElement)) {
      try {
        const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById(part.id);
        if (fresh && fresh.innerHTML !== before) {
          before = fresh.innerHTML;
          part.innerHTML = before;
          toTheEnd();
        }
      } catch {
        // The server is away for a moment: what is shown stays.
      }
    }
    setTimeout(refresh, seconds * 1000);
  };
  const toTheEnd = () => {
    for (const screen of part.querySelectorAll(".handset__screen")) screen.scrollTop = screen.scrollHeight;
  };
  toTheEnd();
  setTimeout(refresh, seconds * 1000);
}
