// Choosing a place on a map: the form's fields and the pin follow each other; there is no pin before a place is chosen.
import { pin } from "./map.js";
import texts from "./texts.js";

const CLOSE = 16;

export default function pick(L, map, form, look) {
  const { latitude, longitude, area } = form.elements;
  let marker;
  const put = (at) => {
    if (marker) return marker.setLatLng(at).addTo(map);
    marker = L.marker(at, { icon: pin(L, "own"), draggable: true, title: texts.place, keyboard: false }).addTo(map);
    marker.on("dragend", () => write(marker.getLatLng()));
    return marker;
  };
  const write = ({ lat, lng }) => {
    latitude.value = lat.toFixed(6);
    longitude.value = lng.toFixed(6);
    form.dispatchEvent(new CustomEvent("whistle:picked", { bubbles: true }));
  };
  if (latitude.value && longitude.value) put([latitude.value, longitude.value]);
  map.on("click", ({ latlng }) => {
    put(latlng);
    write(latlng);
  });
  form.addEventListener("whistle:located", ({ detail }) => {
    put([detail.latitude, detail.longitude]);
    look([detail.latitude, detail.longitude], CLOSE);
  });
  area?.addEventListener("change", () => area.value && marker?.remove());
}
