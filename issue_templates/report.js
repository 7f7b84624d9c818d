"use strict";
for (const button of document.querySelectorAll("th > button")) {
  button.addEventListener("click", () => {
    const head = button.parentElement;
    const table = head.closest("table");
    const column = [...head.parentElement.children].indexOf(head);
    const down = head.getAttribute("aria-sort") === (head.dataset.first || "ascending");
    const order = (head.dataset.first || "ascending") === "ascending" ? 1 : -1;
    for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
    const sign = down ? -order : order;
    head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    const body = table.tBodies[0];
    const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
    const compare = (one, two) => {
      const [a, b] = [value(one), value(two)];
      const numbers = a !== "" && b !== "" && !isNaN(a) && !isNaN(b);
      return sign * (numbers ? a - b : a.localeCompare(b, "en", { numeric: true }));
    };
    body.append(...[...body.rows].sort(compare));
    document.getElementById("said").textContent =
      `${table.caption.textContent.trim()}: sorted by ${button.textContent.trim()}, ${sign > 0 ? "ascending" : "descending"}`;
  });
}
