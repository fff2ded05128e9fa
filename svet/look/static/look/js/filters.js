// Filters stand open beside a wide page; on a narrow one they stay a drawer the person opens.
const wide = matchMedia("(min-width: 75rem)");
function open() {
  if (wide.matches) for (const filters of document.querySelectorAll("details.filters")) filters.open = true;
}
wide.addEventListener("change", open);
open();
