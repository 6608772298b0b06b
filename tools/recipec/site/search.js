// SPDX-License-Identifier: Apache-2.0
// Search over what the index holds; "/" leads to it. Without this script the index is whole, and the field is not shown.
"use strict";
const field = document.getElementById("search");
if (field) {
  const found = document.getElementById("found");
  const entries = [...document.querySelectorAll("[data-words]")];
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const seen = new Set();
    for (const entry of entries) {
      entry.hidden = !words.every((word) => entry.dataset.words.includes(word));
      if (!entry.hidden) seen.add(entry.querySelector("a").getAttribute("href"));
    }
    for (const section of document.querySelectorAll("main > section")) {
      section.hidden = !section.querySelector("[data-words]:not([hidden])");
    }
    document.querySelector(".contents").hidden = words.length > 0;
    found.textContent = words.length === 0 ? "" : seen.size === 1 ? "1 recipe" : `${seen.size} recipes`;
  };
  field.closest("p").hidden = false;
  field.addEventListener("input", show);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target === field) {
      field.value = "";
      show();
      field.blur();
    }
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target === field) return;
    event.preventDefault();
    field.focus();
  });
  show();
}
