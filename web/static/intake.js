// Intake: arrow keys through a list of results, values that go along, files that are too large before they are sent.
(() => {
  "use strict";
  const one = (selector) => document.querySelector(selector);

  // --- a search box and its list: down into it, up out of it ---------------------------------------------------
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const box = event.target.closest("[data-list]");
    const item = event.target.closest("[data-item]");
    if (!box && !item) return;
    const items = Array.from(document.querySelectorAll("[data-item]"));
    const at = item ? items.indexOf(item) : -1;
    const next = event.key === "ArrowDown" ? Math.min(at + 1, items.length - 1) : at - 1;
    event.preventDefault();
    if (next >= 0) items[next].focus();
    else one("[data-list]").focus();
  });

  // --- data-prefill="name": the value of that field goes along until this one is typed in -----------------------
  const last = new Map();
  document.addEventListener("focusin", (event) => {
    if (event.target.name) last.set(event.target.name, event.target.value);
  });
  document.addEventListener("change", (event) => {
    const source = event.target;
    if (!source.name) return;
    for (const target of document.querySelectorAll(`[data-prefill="${CSS.escape(source.name)}"]`)) {
      if (target.value && target.value !== last.get(source.name)) continue;
      target.value = source.value;
    }
    last.set(source.name, source.value);
  }, true);

  // --- the checklist is redrawn while the clerk types on: what was typed meanwhile stays, and so does the place ------
  const typed = (part) => Array.from(part.querySelectorAll("input:not([type=file]):not([type=hidden]),select"));
  // Requests overlap, and a field that was left may bring the checklist along: each answer is held against the
  // checklist as it stood when its own request went out.
  const before = new WeakMap();
  const after = { values: [], focus: "" };
  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = one("#materials");
    if (!part) return;
    const values = new Map(typed(part).map((field) => [field.name, field.value]));
    before.set(event.detail.xhr, { values, focus: document.activeElement });
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = one("#materials");
    const then = before.get(event.detail.xhr);
    if (!part || !then) return;
    after.values = typed(part).filter((field) => then.values.get(field.name) !== field.value).map((field) => [field.name, field.value]);
    const here = document.activeElement;
    const inside = part.contains(here);
    after.focus = inside && (here !== then.focus || here.matches("select")) ? here.name || "" : "";
  });
  const restore = () => {
    for (const [name, value] of after.values) {
      const field = one(`#materials [name="${CSS.escape(name)}"]`);
      if (!field || field.value === value) continue;
      field.value = value;
      // A list that was chosen from meanwhile tells the server again: its first word went down with the old checklist.
      field.dispatchEvent(new Event(field.matches("select") ? "change" : "input", { bubbles: true }));
    }
    const place = after.focus && one(`#materials [name="${CSS.escape(after.focus)}"]`);
    if (place && place !== document.activeElement) place.focus();
  };
  document.addEventListener("htmx:afterSwap", restore);
  document.addEventListener("htmx:oobAfterSwap", restore);
  document.addEventListener("htmx:afterSettle", () => {
    restore();
    Object.assign(after, { values: [], focus: "" });
  });

  // --- too large: said before a byte goes out; capture, so that nothing else hears of the choice -----------------
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.dataset || !input.dataset.maxBytes) return;
    if (!Array.from(input.files).some((file) => file.size > Number(input.dataset.maxBytes))) return;
    event.stopImmediatePropagation();
    input.value = "";
    const line = document.createElement("p");
    line.className = "error";
    line.setAttribute("role", "alert");
    line.textContent = input.dataset.tooLarge;
    for (const old of input.closest("tr").querySelectorAll("p.error")) old.remove();
    input.closest("td").append(line);
  }, true);
})();
