// Chosen photos are shown before they are sent.
import texts from "./texts.js";

export default function photos(input) {
  const shown = document.createElement("ul");
  shown.className = "kept";
  input.after(shown);
  input.addEventListener("change", () => {
    shown.replaceChildren(
      ...[...input.files].map((file) => {
        const item = document.createElement("li");
        const image = document.createElement("img");
        image.src = URL.createObjectURL(file);
        image.alt = texts.chosen.replace("{name}", file.name);
        image.onload = () => URL.revokeObjectURL(image.src);
        item.append(image);
        return item;
      }),
    );
  });
}
