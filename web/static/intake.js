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

  // --- answers change the form where it stands (morph), one after another (hx-sync): what was typed while one was on
  // --- its way is younger than the answer and stays; the request that tells the server of it waits in the queue ------
  const state = (field) => (["checkbox", "radio"].includes(field.type) ? "checked" : "value");
  const typed = (form) => Array.from(form.elements).filter((field) => field.name && !["file", "hidden"].includes(field.type));
  const sent = new WeakMap();
  let younger = [];
  document.addEventListener("htmx:beforeRequest", ({ detail: { elt, xhr } }) => {
    const form = elt.closest("form");
    if (form) sent.set(xhr, { form, values: new Map(typed(form).map((field) => [field, field[state(field)]])) });
  });
  document.addEventListener("htmx:beforeSwap", ({ detail: { xhr } }) => {
    const then = sent.get(xhr);
    younger = then ? typed(then.form).filter((field) => then.values.has(field) && then.values.get(field) !== field[state(field)])
      .map((field) => [field, field[state(field)]]) : [];
  });
  const keep = () => {
    for (const [field, value] of younger) field[state(field)] = value;
  };
  document.addEventListener("htmx:oobAfterSwap", keep);
  document.addEventListener("htmx:afterSwap", keep);
  // A file went up with its own request, taken or refused; it is not sent again with the next one.
  document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
    if (elt.type === "file" && xhr.status) elt.value = "";
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
