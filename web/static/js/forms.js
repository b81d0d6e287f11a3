// A form is sent once: a second tap while it is on its way does nothing. What comes back from the browser's history may be
// sent again, and what has been on its way for so long that somebody may have stopped it.
const LONGEST = 30_000;

export default function once(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "1";
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(again, LONGEST);
  });
  const again = () => {
    delete form.dataset.sending;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  };
  window.addEventListener("pageshow", again);
}
