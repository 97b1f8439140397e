// The city operator's pages: ages count by themselves, silence turns red by itself, the board listens to its stream.
// No text of its own: what it says comes in data-text-* on #city. Without it the page shows plain instants.
(() => {
  "use strict";
  const city = document.getElementById("city");
  if (!city) return;
  const board = document.getElementById("board");
  const live = document.querySelector("[data-live]");
  const warning = document.querySelector("[data-stale]");
  const STALE_SECONDS = 30;
  const AGAIN_SECONDS = 5;
  const say = (name, values = {}) =>
    city.dataset["text" + name].replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));

  // The server's clock counts, not this PC's: each beat says what it shows.
  let server = Date.parse(city.dataset.now);
  let heard = Date.now();
  let shown = city.dataset.now;
  const hear = (time) => {
    server = Date.parse(time);
    heard = Date.now();
    shown = time;
  };
  const now = () => server + Date.now() - heard;

  function age(seconds) {
    if (seconds < 2) return say("Now");
    if (seconds < 60) return say("Seconds", { n: Math.floor(seconds) });
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return say("Minutes", { n: minutes });
    const hours = Math.floor(minutes / 60);
    if (hours < 24) return say("Hours", { n: hours, m: minutes % 60 });
    return say("Days", { n: Math.floor(hours / 24), m: hours % 24 });
  }
  function left(seconds) {
    if (seconds <= 0) return say("Over");
    const hours = Math.floor(seconds / 3600);
    return hours < 48 ? say("LeftHours", { n: hours }) : say("Left", { n: Math.floor(hours / 24) });
  }
  const put = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
    if (!element.title) element.title = element.dateTime.slice(0, 19).replace("T", " ");
  };

  function silence(element) {
    element.classList.add("late");
    const place = element.closest("tr") || city;
    const tag = place.querySelector(".tag[data-silence]");
    if (!tag || tag.classList.contains("bad")) return;
    tag.className = "tag bad";
    tag.textContent = tag.dataset.silence;
    if (tag.dataset.silenceHref) tag.href = tag.dataset.silenceHref;
  }
  function count() {
    const moment = now();
    for (const element of city.querySelectorAll("time[data-ago]")) {
      const seconds = (moment - Date.parse(element.dateTime)) / 1000;
      const late = element.dataset.late && seconds > Number(element.dataset.late);
      put(element, age(seconds));
      if (late) silence(element);
    }
    for (const element of city.querySelectorAll("time[data-until]")) {
      put(element, left((Date.parse(element.dateTime) - moment) / 1000));
    }
  }

  // --- the stream: the board whole at each connection and change, beats in between --------------------------------
  let source = null;
  let retryAt = 0;
  let expired = false;
  function swap(html) {
    const focused = document.activeElement && board.contains(document.activeElement) ? document.activeElement : null;
    const href = focused && focused.getAttribute("href");
    const scroll = board.querySelector(".scroll");
    const across = scroll ? scroll.scrollLeft : 0;
    board.innerHTML = html;
    const again = board.querySelector(".scroll");
    if (again) again.scrollLeft = across;
    const same = href && Array.from(board.querySelectorAll("a")).find((link) => link.getAttribute("href") === href);
    if (same) same.focus();
  }
  function listen() {
    if (source) source.close();
    source = new EventSource(board.dataset.stream);
    source.addEventListener("board", (event) => {
      if (event.lastEventId !== board.dataset.part) swap(event.data);
      board.dataset.part = event.lastEventId;
      count();
    });
    source.addEventListener("beat", (event) => {
      hear(event.data);
      watch();
    });
  }
  function watch() {
    const seconds = Math.floor((Date.now() - heard) / 1000);
    const time = shown.slice(11, 19);
    if (seconds < STALE_SECONDS) {
      live.className = "link ok";
      live.textContent = say("Live", { time });
      if (expired) warning.replaceChildren();
      expired = false;
    } else if (!expired) {
      const box = document.createElement("div");
      box.className = "banner bad";
      box.append(document.createElement("b"), document.createElement("p"));
      box.firstChild.textContent = say("Stale");
      box.lastChild.textContent = say("StaleSince", { time });
      warning.replaceChildren(box);
      expired = true;
    }
    live.hidden = expired;
    board.classList.toggle("expired", expired);
    if (source.readyState === EventSource.CLOSED && Date.now() >= retryAt) {
      retryAt = Date.now() + AGAIN_SECONDS * 1000;
      listen();
    }
  }

  count();
  setInterval(count, 1000);
  if (!board || !window.EventSource) return;
  listen();
  setInterval(watch, 1000);
  document.addEventListener("hall:renewed", listen);
})();
