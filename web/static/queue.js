// The calling screen listens to its stream and says each new call aloud where this machine has a Chinese voice of its own.
// No text of its own: what it says comes in data-text-* and data-voice. Without it the page shows the calls as they were.
(() => {
  "use strict";
  const screen = document.getElementById("screen");
  if (!screen || !window.EventSource) return;
  const live = document.querySelector("[data-live]");
  const warning = document.querySelector("[data-stale]");
  const STALE_SECONDS = 30;
  const AGAIN_SECONDS = 5;
  const say = (name, time) => screen.dataset["text" + name].replace("{time}", time);
  const newest = () => Math.max(0, ...Array.from(screen.querySelectorAll("[data-call]"), (row) => Number(row.dataset.call)));
  let heard = Date.now();
  let shown = live.textContent;
  let spoken = newest();
  let source = null;
  let retryAt = 0;

  function speak() {
    const rows = Array.from(screen.querySelectorAll("[data-call]")).reverse();
    for (const row of rows.filter((one) => Number(one.dataset.call) > spoken)) {
      document.dispatchEvent(new CustomEvent("hall:called", { detail: row.dataset.voice }));
      const voice = window.speechSynthesis && speechSynthesis.getVoices().find((one) => one.localService && one.lang.startsWith("zh"));
      if (!voice) continue;
      const words = new SpeechSynthesisUtterance(row.dataset.voice);
      words.voice = voice;
      words.lang = "zh-CN";
      speechSynthesis.speak(words);
    }
    spoken = Math.max(spoken, newest());
  }
  function watch() {
    const stale = Date.now() - heard >= STALE_SECONDS * 1000;
    screen.classList.toggle("expired", stale);
    if (!stale) warning.replaceChildren();
    else if (!warning.firstChild) {
      const box = document.createElement("div");
      box.className = "banner bad";
      box.append(document.createElement("b"), document.createElement("p"));
      box.firstChild.textContent = say("Stale", shown);
      box.lastChild.textContent = say("StaleSince", shown);
      warning.replaceChildren(box);
    }
    if (source.readyState === EventSource.CLOSED && Date.now() >= retryAt) {
      retryAt = Date.now() + AGAIN_SECONDS * 1000;
      listen();
    }
  }
  function listen() {
    if (source) source.close();
    source = new EventSource(screen.dataset.stream);
    source.addEventListener("board", (event) => {
      if (event.lastEventId !== screen.dataset.part) {
        screen.innerHTML = event.data;
        speak();
      }
      screen.dataset.part = event.lastEventId;
    });
    source.addEventListener("beat", (event) => {
      heard = Date.now();
      shown = event.data.slice(11, 19);
      live.textContent = say("Live", shown);
      watch();
    });
  }
  listen();
  setInterval(watch, 1000);
})();
