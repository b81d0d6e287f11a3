// Filters act when they are chosen; the button that sends them without scripts goes.
export default function autoSubmit(form) {
  form.querySelectorAll("[data-without-scripts]").forEach((button) => (button.hidden = true));
  form.addEventListener("change", () => form.requestSubmit());
}
