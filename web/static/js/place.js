// The three ways to say where it is: the phone's, the pin's, the community's name. The last one used counts, and what was
// found of it is said: a place outside the city may be right, but is worth a second look.
import texts from "./texts.js";
import { called, outlines } from "./where.js";

export default function place(fieldset) {
  const form = fieldset.closest("form");
  const said = fieldset.querySelector("[data-locate-said]");
  const map = fieldset.querySelector("[data-map]");
  const { latitude, longitude, accuracy_m: accuracy, area } = form.elements;

  const known = async (words) => {
    const at = [Number(latitude.value), Number(longitude.value)];
    area.value = "";
    // A map that is not drawn yet begins here.
    [map.dataset.latitude, map.dataset.longitude] = at;
    tell(words, true);
    const ground = await outlines(map.dataset.areas);
    if (!ground?.features.length || Number(latitude.value) !== at[0] || Number(longitude.value) !== at[1]) return;
    const name = called(ground, at);
    const found = name ? texts.within.replace("{place}", () => name) : texts.outside.replace("{city}", () => ground.name);
    tell([words, found].filter(Boolean).join(document.documentElement.lang === "en" ? " " : ""), Boolean(name));
  };
  const tell = (words, inside) => {
    said.textContent = words;
    said.classList.toggle("known", inside);
    said.classList.toggle("outside", !inside && words !== "");
  };

  form.addEventListener("whistle:located", ({ detail }) => {
    const fold = map.closest("details");
    if (detail.asked && fold) {
      fold.open = true;
      map.scrollIntoView({ block: "center" });
    }
    known(said.textContent);
  });
  form.addEventListener("whistle:picked", () => {
    accuracy.value = "";
    known(texts.picked);
  });
  area.addEventListener("change", () => {
    if (!area.value) return;
    latitude.value = longitude.value = accuracy.value = "";
    tell("", false);
  });
  // The phone may have answered before this part was there, and a form that came back brings its place along.
  if (latitude.value && longitude.value) known(said.textContent);
}
