// Enhancement only: without it a column's name leads to a page that is sorted by that column.
"use strict";
const table = document.getElementById("table");
const body = table.tBodies[0];
const rows = [...body.rows];
let texts = null;
const value = (row, at) => {
  const text = (row.cells[at].dataset.low ?? row.cells[at].textContent).replaceAll(",", "").replace("−", "-");
  const found = parseFloat(text);
  return Number.isNaN(found) ? text.trim().toLowerCase() : found;
};
const seconds = (row, at) => {
  const units = { ms: 0.001, s: 1, min: 60, h: 3600, days: 86400 };
  let sum = 0;
  for (const [, amount, unit] of row.cells[at].textContent.matchAll(/([\d.,]+) (ms|s|min|h|days)/g)) sum += parseFloat(amount.replaceAll(",", "")) * units[unit];
  return sum || "";
};
const sort = (at, down) => {
  const read = table.tHead.rows[0].cells[at].textContent === "Time" ? seconds : value;
  const keyed = rows.map((row) => [read(row, at), row]);
  keyed.sort(([a], [b]) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
    return down ? -order : order;
  });
  body.replaceChildren(...keyed.map(([, row]) => row));
};
[...table.tHead.rows[0].cells].forEach((cell, at) => {
  cell.firstChild.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const numeric = cell.classList.contains("n");
    const now = cell.getAttribute("aria-sort");
    const down = now === "descending" ? false : now === "ascending" ? true : numeric;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    cell.setAttribute("aria-sort", down ? "descending" : "ascending");
    sort(at, down);
  });
});

const find = document.createElement("input");
const line = document.createElement("label");
const shown = document.createElement("output");
find.type = "search";
line.className = "find";
line.append("Find ", find, shown);
table.before(line);
let wait = 0;
find.addEventListener("input", () => {
  clearTimeout(wait);
  wait = setTimeout(() => {
    const word = find.value.trim().toLowerCase();
    let left = 0;
    texts ??= rows.map((row) => row.textContent.toLowerCase());
    rows.forEach((row, at) => {
      row.hidden = !texts[at].includes(word);
      left += !row.hidden;
    });
    shown.textContent = word ? `${left} of ${rows.length}` : "";
  }, 120);
});
