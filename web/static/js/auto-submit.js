// Filters act when they are chosen; the button that sends them without scripts goes. By keyboard a list changes with every
// arrow and a date with every digit: those are sent when they are left, or with Enter.
export default function autoSubmit(form) {
  let byKeyboard = false;
  let changed = false;
  form.querySelectorAll("[data-without-scripts]").forEach((button) => (button.hidden = true));
  form.addEventListener("pointerdown", () => (byKeyboard = false));
  form.addEventListener("keydown", ({ key, target }) => {
    if (key === "Enter" && changed && target.matches("select")) form.requestSubmit();
    byKeyboard = true;
  });
  form.addEventListener("change", ({ target }) => {
    changed = byKeyboard && target.matches("select, [type=date]");
    if (!changed) form.requestSubmit();
  });
  form.addEventListener("focusout", () => changed && form.requestSubmit());
}
