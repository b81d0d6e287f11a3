// Asks the phone where it is and fills the form; says so where it may not, and the pin remains.
import texts from "./texts.js";

export default function locate(button) {
  const form = button.closest("form");
  const said = form.querySelector("[data-locate-said]");
  button.hidden = !navigator.geolocation;
  // What was chosen while the phone was still looking counts.
  let chosen = false;
  form.addEventListener("whistle:picked", () => (chosen = true));
  form.elements.area?.addEventListener("change", () => (chosen = true));
  const ask = (tapped) => {
    chosen = false;
    said.textContent = texts.locating;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        if (chosen) return;
        form.elements.latitude.value = coords.latitude.toFixed(6);
        form.elements.longitude.value = coords.longitude.toFixed(6);
        // Some phones say 0 where they do not know.
        const metres = Math.round(coords.accuracy);
        form.elements.accuracy_m.value = metres || "";
        said.textContent = metres ? texts.located.replace("{metres}", metres) : texts.located_somehow;
        const { latitude, longitude } = coords;
        form.dispatchEvent(new CustomEvent("whistle:located", { detail: { latitude, longitude, asked: Boolean(tapped) } }));
      },
      () => chosen || (said.textContent = texts.not_located),
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 },
    );
  };
  button.addEventListener("click", ask);
  if (button.dataset.locate === "now") ask();
  if (button.dataset.locate === "granted" && !form.elements.latitude.value) {
    navigator.permissions?.query({ name: "geolocation" }).then(({ state }) => state === "granted" && ask());
  }
}
