// The question tree 导办问答: a field with conditions is shown only where the answers before it lead to it. The server
// leaves out what is not asked, so a hidden answer counts for nothing here either.
(() => {
  "use strict";
  const answers = (form, name) => {
    const fields = Array.from(form.querySelectorAll(`[name="${CSS.escape(`form.${name}`)}"]`)).filter((field) => !field.closest(".asked[hidden]"));
    return fields.filter((field) => !["radio", "checkbox"].includes(field.type) || field.checked).map((field) => field.value).filter(Boolean);
  };
  const holds = (form, condition) => {
    const matched = answers(form, condition.field).some((value) => condition.values.includes(value));
    return condition.op === "not_in" ? !matched : matched;
  };
  // In the order of the page, so that a question below one that has just been hidden is hidden with it.
  function follow(form) {
    for (const part of form.querySelectorAll(".asked")) part.hidden = !JSON.parse(part.dataset.when).every((condition) => holds(form, condition));
  }
  // A file of coordinates is read here and goes along as the text that it is; the server checks it like typed text.
  document.addEventListener("change", async (event) => {
    const into = event.target.dataset.into && document.getElementById(event.target.dataset.into);
    if (!into || !event.target.files.length) return;
    into.value = (await event.target.files[0].text()).slice(0, 200000);
    event.target.value = "";
    for (const name of ["input", "change"]) into.dispatchEvent(new Event(name, { bubbles: true }));
  });
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && form.querySelector(".asked")) follow(form);
  });
})();
