// Keys of the pages about cases: j/k and digits in lists, 1/2 on materials, phrases. Comfort only; no page needs it.
(() => {
  "use strict";
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const typing = (target) => target.matches && target.matches("textarea,select,input:not([type=radio]):not([type=checkbox])");
  const plain = (event) => !event.ctrlKey && !event.altKey && !event.metaKey && !event.isComposing && event.keyCode !== 229;

  // --- lists: one current line over all lists of the page; Enter is the link's own ---------------------------------
  function mark(link) {
    for (const row of all("[data-rows] tr.cur")) row.classList.remove("cur");
    if (link) link.closest("tr").classList.add("cur");
  }
  document.addEventListener("focusin", (event) => mark(event.target.closest("a.rowlink")));
  function step(by) {
    const links = all("[data-rows] a.rowlink");
    if (!links.length) return false;
    const at = links.indexOf(document.activeElement);
    const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  }
  function open(digit) {
    const link = all("[data-rows] a.rowlink")[digit - 1];
    if (!link) return false;
    link.focus();
    link.click();
    return true;
  }

  // --- materials: 1 and 2 judge the current one; a pass goes on, a problem asks for its reason ----------------------
  // The reason shows once a problem is chosen; showing it on focus would move the line from under a pressed mouse.
  document.documentElement.classList.add("script");
  const materials = () => all("[data-material]");
  const judged = (field) => field.querySelector("input[type=radio]:checked");
  function current() {
    const inside = document.activeElement.closest("[data-material]");
    return inside || materials().find((field) => !judged(field)) || materials()[0];
  }
  function count() {
    for (const place of all("[data-judged]")) {
      const done = materials().filter(judged).length;
      place.textContent = place.dataset.text.replace("{done}", done).replace("{all}", materials().length);
    }
  }
  function go(field) {
    if (!field) return;
    field.scrollIntoView({ block: "nearest" });
    (judged(field) || field.querySelector("input[type=radio]")).focus();
  }
  function judge(digit) {
    const field = current();
    if (!field) return false;
    const radio = all("input[type=radio]", field)[digit - 1];
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    if (digit === 2) field.querySelector("input.form-control").focus();
    else {
      const list = materials();
      go(list[list.indexOf(field) + 1] || field);
    }
    return true;
  }
  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-material]");
    if (field && event.target.type === "radio") field.classList.toggle("has", event.target.value === "problem");
    count();
  });
  document.addEventListener("htmx:afterSettle", count);

  document.addEventListener("keydown", (event) => {
    if (!plain(event) || document.querySelector("dialog[open]")) return;
    const form = document.querySelector("[data-judge]");
    if (form && event.key === "Enter" && event.target.matches(".judge input")) {
      // Enter in a reason goes to the next material; only Ctrl+Enter sends.
      event.preventDefault();
      const list = materials();
      go(list[list.indexOf(event.target.closest("[data-material]")) + 1]);
      return;
    }
    if (typing(event.target)) {
      const found = event.key === "ArrowDown" && event.target.matches("[data-search]");
      if (found && step(1)) event.preventDefault();
      return;
    }
    let done = false;
    if (form) {
      if (event.key === "1" || event.key === "2") done = judge(Number(event.key));
      else if (event.key === "j" || event.key === "k") {
        const list = materials();
        go(list[list.indexOf(current()) + (event.key === "j" ? 1 : -1)]);
        done = true;
      }
    } else if (event.key === "j" || event.key === "ArrowDown") done = step(1);
    else if (event.key === "k" || event.key === "ArrowUp") done = step(-1);
    else if (/^[1-9]$/.test(event.key)) done = open(Number(event.key));
    if (done) event.preventDefault();
  });

  // --- phrases ------------------------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-phrase]");
    if (!button) return;
    const field = document.getElementById(button.dataset.phrase);
    const text = field.value.trim();
    field.value = text ? text + button.textContent : button.textContent;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  count();
})();
