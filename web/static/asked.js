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
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && form.querySelector(".asked")) follow(form);
  });
})();
