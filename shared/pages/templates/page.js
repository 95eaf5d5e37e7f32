"use strict";
// Filters and sorts what the page holds already. Nothing is loaded, and values stay text.
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = heading.querySelector("button");
    if (!button) return;
    button.addEventListener("click", () => {
      const down = heading.getAttribute("aria-sort") === "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => row.cells[column].dataset.key ?? row.cells[column].textContent.trim();
      const compare = new Intl.Collator("en", { numeric: true }).compare;
      const rows = [...body.rows].map((row) => [key(row), row]);
      rows.sort((one, other) => (down ? -1 : 1) * compare(one[0], other[0]));
      body.append(...rows.map((row) => row[1]));
    });
  });
}
const search = document.querySelector("#search");
if (search) {
  const rows = [...document.querySelectorAll("#findings tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const levels = [...document.querySelectorAll(".levels button")];
  const suppressed = document.querySelector("#suppressed");
  const shown = document.querySelector("#shown");
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const on = new Set(levels.filter((one) => one.getAttribute("aria-pressed") === "true").map((one) => one.value));
    let count = 0;
    rows.forEach((row, number) => {
      const fits = (levels.length === 0 || on.has(row.dataset.level)) && words.every((word) => texts[number].includes(word)) &&
        (!suppressed || suppressed.checked || !row.classList.contains("suppressed"));
      row.hidden = !fits;
      if (fits) count += 1;
    });
    shown.textContent = String(count);
  };
  search.addEventListener("input", apply);
  if (suppressed) suppressed.addEventListener("change", apply);
  levels.forEach((level) => level.addEventListener("click", () => {
    level.setAttribute("aria-pressed", level.getAttribute("aria-pressed") === "true" ? "false" : "true");
    apply();
  }));
  apply();
}
