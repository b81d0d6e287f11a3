// A photo opens large over the page; without scripts its link opens the picture alone.
import texts from "./texts.js";

let dialog;

function made() {
  if (dialog) return dialog;
  dialog = document.createElement("dialog");
  dialog.className = "zoom";
  dialog.setAttribute("aria-label", texts.photo);
  const image = document.createElement("img");
  const close = document.createElement("button");
  close.className = "button plain";
  close.textContent = texts.close;
  close.addEventListener("click", () => dialog.close());
  dialog.append(image, close);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  return dialog;
}

export default function zoom(link) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const image = made().querySelector("img");
    image.src = link.href;
    image.alt = link.querySelector("img")?.alt ?? "";
    dialog.showModal();
  });
}
