// A terminal forgets whoever walked away: two minutes without a touch or a key lead back to the start.
"use strict";
const IDLE_MILLISECONDS = 120000;
let timer = 0;
function again() {
  clearTimeout(timer);
  if (location.pathname !== "/kiosk") timer = setTimeout(() => location.replace("/kiosk"), IDLE_MILLISECONDS);
}
for (const name of ["pointerdown", "keydown", "input", "scroll"]) addEventListener(name, again, { passive: true });
// A page that comes back from the browser's memory would show what the last person typed.
addEventListener("pageshow", (event) => { if (event.persisted) location.replace("/kiosk"); });
again();
