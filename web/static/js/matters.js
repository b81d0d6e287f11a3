// A matter belongs to the group that stands open: another group takes the choice of the one before it back.
export default function matters(fieldset) {
  fieldset.addEventListener("change", ({ target }) => {
    if (target.name !== "group") return;
    for (const choice of fieldset.querySelectorAll("[name=category]:checked")) {
      if (choice.closest("[data-group]").dataset.group !== target.value) choice.checked = false;
    }
  });
}
