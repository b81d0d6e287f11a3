// A department leads or assists: what is chosen above cannot be ticked below. Without scripts the server says so.
export default function notBoth(form) {
  const lead = form.querySelector("select[name=department]");
  const boxes = [...form.querySelectorAll("input[type=checkbox][name=assisting]")];
  const hold = () =>
    boxes.forEach((box) => {
      box.disabled = Boolean(lead.value) && box.value === lead.value;
      if (box.disabled) box.checked = false;
    });
  if (!lead) return;
  lead.addEventListener("change", hold);
  window.addEventListener("pageshow", hold);
  hold();
}
