// Hallmark's own script: what a counter needs from a browser. No eval, no text of its own (texts come in data-text-*).
(() => {
  "use strict";
  const body = document.body;
  const $ = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const composing = (event) => event.isComposing || event.keyCode === 229;
  const csrf = () => JSON.parse(body.getAttribute("hx-headers"))["X-CSRF-Token"];

  // --- notices -------------------------------------------------------------------------------------------------
  function notice(title, text, tone) {
    const place = $("#notices");
    if (!place) return;
    const box = document.createElement("div");
    box.className = "banner " + tone;
    box.setAttribute("role", tone === "bad" ? "alert" : "status");
    const head = document.createElement("b");
    head.textContent = title;
    box.append(head);
    if (text) {
      const line = document.createElement("p");
      line.textContent = text;
      box.append(line);
    }
    place.replaceChildren(box);
  }

  // --- dialogs: native, opened by data-open, data-confirm, closed by data-close ----------------------------------
  function openDialogs(within) {
    for (const dialog of all("dialog[data-open]:not([open])", within)) {
      for (const input of all("[data-expected]", dialog)) input.value = body.dataset.login || "";
      if (dialog.hasAttribute("data-stay")) dialog.addEventListener("cancel", (event) => event.preventDefault());
      // Whose page it is, it knows itself, also when the answer could not tell: then only the password is asked.
      const name = $("input[name=login]:not([readonly])", dialog);
      const known = name && !name.value && body.dataset.login;
      if (known) {
        name.value = body.dataset.login;
        name.removeAttribute("autofocus");
        $("input[type=password]", dialog).setAttribute("autofocus", "");
      }
      dialog.showModal();
      const first = $("[autofocus]", dialog) || $("input:not([type=hidden])", dialog);
      if (first) first.focus();
    }
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-confirm],[data-close],[data-back],[data-elder]");
    if (!button) return;
    if (button.dataset.confirm) {
      event.preventDefault();
      $(button.dataset.confirm).showModal();
    } else if (button.hasAttribute("data-close")) {
      event.preventDefault();
      button.closest("dialog").close();
    } else if (button.hasAttribute("data-back")) {
      history.back();
    } else {
      const on = document.documentElement.classList.toggle("elder");
      button.setAttribute("aria-pressed", String(on));
      document.cookie = "hall_elder=" + (on ? "1" : "") + "; path=/; samesite=lax; max-age=" + (on ? 31536000 : 0);
    }
  });

  // --- htmx: errors swap only where the server said where; a lost server loses nothing ----------------------------
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, serverResponse } = event.detail;
    const aimed = xhr.getResponseHeader("HX-Retarget");
    if (xhr.status >= 400 && xhr.status !== 409 && xhr.status !== 422 && !aimed) event.detail.shouldSwap = false;
    // A second dialog over one that is already open would wipe the password half typed in it.
    if (aimed === "#dialogs" && $("#dialogs dialog[open]") && serverResponse) event.detail.shouldSwap = false;
  });
  const lost = (event) => {
    const quiet = event.target.closest && event.target.closest("#link");
    if (!quiet) notice(body.dataset.textUnreachable, body.dataset.textKept, "bad");
  };
  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:timeout", lost);
  document.addEventListener("htmx:responseError", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Retarget")) lost(event);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    openDialogs(event.target);
    const focus = $("[data-focus]", event.target);
    if (focus) focus.focus();
  });

  // --- the session came back: every form on the page gets the new token -------------------------------------------
  document.addEventListener("hall:renewed", (event) => {
    const { csrf: token, login } = event.detail;
    if (body.dataset.login && login !== body.dataset.login) {
      location.assign("/");
      return;
    }
    body.setAttribute("hx-headers", JSON.stringify({ "X-CSRF-Token": token }));
    for (const input of all('input[name="_csrf"]')) input.value = token;
    if ($("#dialogs dialog")) {
      $("#dialogs").replaceChildren();
      notice(body.dataset.textRenewed, "", "ok");
    }
    touched = Date.now();
    if (lastFocus && lastFocus.isConnected) lastFocus.focus();
  });
  let lastFocus = null;
  document.addEventListener("focusin", (event) => {
    if (!event.target.closest("dialog") && event.target.matches("input,select,textarea,button")) lastFocus = event.target;
  });

  // --- posting once: a second click while the first is under way does nothing -------------------------------------
  const release = (form) => {
    delete form.dataset.busy;
    for (const button of all("button[aria-busy]", form)) button.removeAttribute("aria-busy");
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.busy) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.busy = "1";
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
    setTimeout(() => release(form), 8000);
  }, true);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest && event.target.closest("form");
    if (form) release(form);
  });
  window.addEventListener("pageshow", () => all("form[data-busy]").forEach(release));

  // --- search that waits for the end of composing -------------------------------------------------------------------
  const waiting = new WeakMap();
  const asked = new WeakMap();
  function search(input) {
    clearTimeout(waiting.get(input));
    waiting.set(input, setTimeout(() => {
      const text = input.value.trim();
      if (asked.get(input) === text) return;
      asked.set(input, text);
      input.dispatchEvent(new CustomEvent("hall:search", { bubbles: true }));
    }, 100));
  }
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-search]") && !event.isComposing) search(event.target);
  });
  document.addEventListener("compositionend", (event) => {
    if (event.target.matches("[data-search]")) search(event.target);
  });

  // --- the scanner gun: by event.code, never through the focused field ----------------------------------------------
  // data-scan-prefix on the body: the code of the key that the gun sends first (an F key). For guns that cannot send
  // one, data-scan-burst: keys less than 20 ms apart that end with the suffix count as a scan, and the field that
  // took them gets its old value back. Without either the gun is a USB-COM device and the bridge reads it.
  const scan = { keys: [], last: 0, active: false, field: null, before: "" };
  const typed = (code, shift) => {
    if (/^Key[A-Z]$/.test(code)) return shift ? code[3] : code[3].toLowerCase();
    if (/^(Digit|Numpad)[0-9]$/.test(code)) return code.slice(-1);
    return { Minus: shift ? "_" : "-", Slash: shift ? "?" : "/", Period: ".", Comma: ",", Space: " ", Equal: shift ? "+" : "=", Semicolon: shift ? ":" : ";" }[code] || "";
  };
  function finishScan() {
    const text = scan.keys.join("");
    scan.active = false;
    scan.keys = [];
    if (scan.field && scan.field.isConnected) {
      scan.field.blur();
      scan.field.value = scan.before;
    }
    const target = $("[data-scan-target]");
    document.dispatchEvent(new CustomEvent("hall:scan", { detail: { text } }));
    if (!target) return;
    target.value = text;
    target.focus();
    target.dispatchEvent(new Event("input", { bubbles: true }));
    if (target.dataset.scanTarget === "submit" && target.form) target.form.requestSubmit();
  }
  document.addEventListener("keydown", (event) => {
    const prefix = body.dataset.scanPrefix;
    const suffix = body.dataset.scanSuffix || "Enter";
    const gap = event.timeStamp - scan.last;
    scan.last = event.timeStamp;
    if (prefix && event.code === prefix) {
      Object.assign(scan, { keys: [], active: true, field: null });
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (scan.active) {
      if (gap > 500) scan.active = false;
      else {
        event.preventDefault();
        event.stopImmediatePropagation();
        if (event.code === suffix) finishScan();
        else scan.keys.push(typed(event.code, event.shiftKey));
        return;
      }
    }
    if (prefix || !("scanBurst" in body.dataset) || event.target.type === "password") return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.code === suffix && scan.keys.length >= 6 && gap < 20) {
      event.preventDefault();
      event.stopImmediatePropagation();
      finishScan();
      return;
    }
    const sign = typed(event.code, event.shiftKey);
    if (!sign) {
      if (!event.code.startsWith("Shift")) scan.keys = [];
      return;
    }
    if (gap >= 20) {
      scan.keys = [];
      scan.field = document.activeElement && "value" in document.activeElement ? document.activeElement : null;
      scan.before = scan.field ? scan.field.value : "";
    }
    scan.keys.push(sign);
  }, true);

  // --- keys: Enter while composing never submits; data-enter="next" walks the fields; data-key presses --------------
  const visible = (element) => element.getClientRects().length > 0 && !element.disabled;
  function walk(input, form) {
    // A group of radio buttons is one stop, and what is marked as beside the way is none.
    const other = (element) => element === input || element.type !== "radio" || element.name !== input.name;
    // So is what came along from another field: it is there already, and Tab still leads to it.
    const beside = (element) => element.matches("[data-beside],[tabindex='-1']") || (element.dataset.prefill && element.value);
    const fields = all("input:not([type=hidden]),select,textarea,button", form)
      .filter((element) => visible(element) && other(element) && (element === input || !beside(element)));
    const next = fields[fields.indexOf(input) + 1];
    if (!next || next.hasAttribute("data-last")) return false;
    next.focus();
    if (next.select && next.type !== "date") next.select();
    return true;
  }
  const combination = (event) => [
    event.ctrlKey ? "ctrl" : "", event.altKey ? "alt" : "", event.shiftKey && event.key.length > 1 ? "shift" : "",
    /^(Digit|Key)/.test(event.code) ? event.code.slice(-1).toLowerCase() : event.key.toLowerCase(),
  ].filter(Boolean).join("+");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && composing(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (composing(event)) return;
    const field = event.target.closest && event.target.closest("input,select");
    const form = field && field.form;
    const plainEnter = event.key === "Enter" && !event.ctrlKey && !event.altKey;
    if (plainEnter && form && form.dataset.enter === "next" && !["checkbox", "file", "submit", "button"].includes(field.type)) {
      if (walk(field, form)) event.preventDefault();
      return;
    }
    const keys = combination(event);
    if (keys.length === 1) return;
    const scope = all("dialog[open]").pop() || document;
    const element = all(`[data-key="${CSS.escape(keys)}"]`, scope).find(visible);
    if (!element) return;
    event.preventDefault();
    if (element.matches("input:not([type=radio]):not([type=checkbox]),select,textarea")) element.focus();
    else element.click();
  });

  // --- drafts save themselves: data-autosave="URL" on the form ------------------------------------------------------
  const stamp = () => new Date().toLocaleTimeString("en-GB", { timeZone: "Asia/Shanghai" });
  function say(form, state) {
    const place = $("[data-autosave-state]", form) || $("[data-autosave-state]");
    if (!place) return;
    place.classList.toggle("failed", state === "failed");
    place.textContent = (state === "saved" ? stamp() + " " : "") + place.dataset["text" + state[0].toUpperCase() + state.slice(1)];
  }
  async function save(form) {
    const data = new FormData(form);
    for (const [name, value] of Array.from(data)) if (value instanceof File) data.delete(name);
    say(form, "saving");
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: new URLSearchParams(data), headers: { "X-CSRF-Token": csrf(), "HX-Request": "true" },
      });
      say(form, answer.ok ? "saved" : "failed");
      if ([401, 423].includes(answer.status)) window.htmx.trigger("#link", "hall:check");
    } catch {
      say(form, "failed");
    }
  }
  const drafts = new WeakMap();
  const changed = (event) => {
    const form = event.target.form;
    if (!form || !form.dataset.autosave) return;
    clearTimeout(drafts.get(form));
    drafts.set(form, setTimeout(() => save(form), 1000));
  };
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);

  // --- idle lock: the server decides, the page only asks in time; tabs share the last act --------------------------
  let touched = Date.now();
  let told = Date.now();
  const idle = Number(body.dataset.idleSeconds || 0) * 1000;
  if (idle) {
    const act = () => {
      touched = Date.now();
      try { localStorage.setItem("hall-act", String(touched)); } catch { /* a browser without storage */ }
      if (touched - told > 60000 && !$("#dialogs dialog[open]")) {
        told = touched;
        fetch("/frame/alive", { method: "POST", headers: { "X-CSRF-Token": csrf(), "HX-Request": "true" } }).catch(() => {});
      }
    };
    for (const kind of ["keydown", "pointerdown", "wheel"]) document.addEventListener(kind, act, { passive: true, capture: true });
    setInterval(() => {
      const other = Number(localStorage.getItem("hall-act") || 0);
      const lock = $("[data-lock]");
      if (Date.now() - Math.max(touched, other) >= idle && lock && !$("#dialogs dialog[open]")) lock.click();
    }, 5000);
  }

  // --- at the start -------------------------------------------------------------------------------------------------
  openDialogs(document);
  const empty = (within) => all("input:not([type=hidden]),select,textarea", within)
    .find((field) => visible(field) && (field.type === "radio" ? !field.form.elements[field.name].value : !field.value));
  const fresh = $("[data-first-empty]");
  const first = $("[data-focus]") || $("[autofocus]") || (fresh && !location.hash && empty(fresh));
  // A button in the bar at the foot is in sight already: scrolling to where it would stand hides the page's head.
  if (first) first.focus({ preventScroll: Boolean(first.closest(".bar")) });
})();
