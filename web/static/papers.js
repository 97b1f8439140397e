// Papers: P prints, as the button says; a key typed into a field stays a letter.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.code !== "KeyP") return;
    if (event.target.closest("input:not([type=radio]):not([type=checkbox]),textarea,select,dialog")) return;
    const button = document.querySelector("[data-print-key]");
    if (!button) return;
    event.preventDefault();
    button.click();
  });
})();
