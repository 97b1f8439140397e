// Papers: P prints, as the button says; a key typed into a field stays a letter.
(() => {
  "use strict";
  // htmx has sent the form by then: the server keeps the file and notes the print while the sheet goes out.
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-print-form]")) window.print();
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
