"use strict";
(() => {
  const rows = [...document.querySelectorAll(".tasks tr")];
  const chips = [...document.querySelectorAll(".chip")];
  const words = (of, name) => (of.dataset[name] || "").split(" ").filter(Boolean);
  const show = (chip) => {
    const needs = chip ? words(chip, "needs") : [];
    for (const each of chips) {
      each.classList.toggle("needed", needs.includes(each.dataset.task));
      each.classList.toggle("needing", chip !== null && words(each, "needs").includes(chip.dataset.task));
    }
  };
  for (const chip of chips) {
    for (const name of ["mouseenter", "focus"]) chip.addEventListener(name, () => show(chip));
    for (const name of ["mouseleave", "blur"]) chip.addEventListener(name, () => show(null));
  }
  const field = document.getElementById("filter");
  if (!field) return;
  const count = document.getElementById("count");
  const filter = () => {
    const asked = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !asked.every((word) => text.includes(word));
      left += row.hidden ? 0 : 1;
    }
    for (const table of document.querySelectorAll(".tasks")) {
      table.closest(".of-group").hidden = [...table.rows].every((row) => row.hidden);
    }
    count.textContent = asked.length ? `${left} of ${rows.length}` : "";
  };
  field.parentElement.hidden = false;
  field.addEventListener("input", filter);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== field) {
      event.preventDefault();
      field.focus();
    } else if (event.key === "Escape" && document.activeElement === field) {
      field.value = "";
      filter();
      field.blur();
    }
  });
  addEventListener("hashchange", () => {
    field.value = "";
    filter();
  });
})();
