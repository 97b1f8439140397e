// The field is ready for a scanner. A browser that reads codes by itself offers its camera; everywhere else the button stays hidden.
"use strict";
const PAUSE_MILLISECONDS = 200;
const button = document.querySelector("[data-camera]");
const view = document.querySelector("[data-view]");
const input = document.querySelector("[name=code]");
// The next scan can begin at once, and the answer above stays in sight.
input.focus({ preventScroll: true });
async function look(detector, stream) {
  const found = await detector.detect(view).catch(() => []);
  const code = found.find((one) => one.rawValue.startsWith("HL1:"));
  if (!code) { setTimeout(look, PAUSE_MILLISECONDS, detector, stream); return; }
  for (const track of stream.getTracks()) track.stop();
  input.value = code.rawValue;
  input.form.requestSubmit();
}
async function begin() {
  button.disabled = true;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    view.srcObject = stream;
    view.hidden = false;
    await view.play();
    look(new BarcodeDetector({ formats: ["qr_code"] }), stream);
  } catch { button.disabled = false; input.focus(); }
}
if ("BarcodeDetector" in window && navigator.mediaDevices) {
  BarcodeDetector.getSupportedFormats().then((formats) => { button.hidden = !formats.includes("qr_code"); });
  button.addEventListener("click", begin);
}
