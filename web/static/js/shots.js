// A rider's photos: each shot joins those before it, is shown at once, and can be taken out again.
import texts from "./texts.js";

const MOST = 9;

export default function shots(fieldset) {
  const inputs = [...fieldset.querySelectorAll("input[type=file]")];
  const kept = () => fieldset.querySelectorAll("input[name=photo_ids]:checked").length;
  const shown = Object.assign(document.createElement("ul"), { className: "kept" });
  const said = Object.assign(document.createElement("p"), { className: "error", hidden: true });
  said.setAttribute("role", "alert");
  const files = [];
  fieldset.classList.add("scripted");
  fieldset.querySelector(".choosers").before(shown, said);

  // One input carries all of them; the other stays empty, ready for the next shot.
  const carry = () => {
    const all = new DataTransfer();
    files.forEach((file) => all.items.add(file));
    inputs.forEach((input) => (input.value = ""));
    inputs.at(-1).files = all.files;
    fieldset.classList.toggle("some", files.length + kept() > 0);
  };

  const show = (file) => {
    const item = document.createElement("li");
    item.className = "shot";
    const image = Object.assign(document.createElement("img"), { src: URL.createObjectURL(file), alt: texts.chosen.replace("{name}", file.name) });
    image.onload = () => URL.revokeObjectURL(image.src);
    const out = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    out.setAttribute("aria-label", texts.remove.replace("{name}", file.name));
    out.addEventListener("click", () => {
      files.splice(files.indexOf(file), 1);
      item.remove();
      said.hidden = true;
      carry();
    });
    item.append(image, out);
    shown.append(item);
  };

  for (const input of inputs) {
    input.addEventListener("change", () => {
      const room = MOST - kept() - files.length;
      const fresh = [...input.files].filter((file) => !files.includes(file));
      fresh.slice(0, Math.max(0, room)).forEach((file) => {
        files.push(file);
        show(file);
      });
      said.hidden = fresh.length <= room;
      said.textContent = texts.too_many.replace("{most}", MOST);
      carry();
    });
  }
}
