// A map: the city's outlines on grey ground, tiles where a server is configured, the ticket's place with its accuracy,
// other tickets around it. With data-pick a place is chosen, which fills the form's latitude and longitude; data-fit shows
// all marks, or the areas alone.
import { around, called, json, outlines } from "./where.js";

let leaflet;

function load() {
  leaflet ??= new Promise((resolve, reject) => {
    const base = new URL("../vendor/leaflet/", import.meta.url);
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("leaflet.layer.css", base) });
    const script = Object.assign(document.createElement("script"), { src: new URL("leaflet.js", base) });
    script.onload = () => resolve(window.L);
    script.onerror = reject;
    document.head.append(sheet, script);
  });
  return leaflet;
}

export const pin = (L, name) => L.divIcon({ className: `pin ${name}`, iconSize: [28, 28], iconAnchor: [14, 26], html: "" });

async function draw(element) {
  const L = await load();
  const { areas, marks, pick, fit, area } = element.dataset;
  const [ground, others] = await Promise.all([areas && outlines(areas), marks && json(marks)]);
  const { latitude, longitude, accuracy } = element.dataset;
  const place = [Number(latitude), Number(longitude)];
  const { content: tiles, dataset: served } = document.querySelector('meta[name="tiles"]') ?? {};
  element.replaceChildren();
  const map = L.map(element, { attributionControl: Boolean(tiles), scrollWheelZoom: !pick, zoomSnap: tiles ? 1 : 0.25 });
  map.setView(place, 17);
  if (tiles) L.tileLayer(tiles, { maxZoom: 19, attribution: new Option(served.attribution).innerHTML }).addTo(map);
  if (fit !== undefined && !marks) return ground && (await import("./areas.js")).default(L, map, ground, element.dataset);

  const lines = ground?.features.length ? (await import("./ground.js")).draw(L, map, ground, fit !== undefined) : null;
  // Where nothing but outlines shows where it is, the community's is in sight; outside of the city, the whole of it is.
  const look = (at, zoom) => {
    if (tiles || !lines) return map.setView(at, zoom, { animate: false });
    const home = around(ground, at).at(-1);
    return map.fitBounds((home ? L.geoJSON(home) : lines).getBounds().extend(at), { padding: [24, 24], animate: false });
  };
  const items = others?.items ?? [];
  if (items.length) (await import("./marks.js")).default(L, map, items);
  if (fit !== undefined) return whole(L, map, lines, items);

  const form = pick && element.closest("form");
  if (!form || form.elements.latitude.value) look(place, pick ? 16 : 17);
  else if (lines) map.fitBounds((lines.getLayers().find(({ feature }) => feature.properties.code === area) ?? lines).getBounds(), { padding: [12, 12], animate: false });
  else map.setView(place, 12);
  if (form) return (await import("./pick.js")).default(L, map, form, look);
  if (accuracy) L.circle(place, { radius: Number(accuracy), className: "map-accuracy", interactive: false }).addTo(map);
  const name = ground && called(ground, place);
  if (name) caption(L, map, name);
  L.marker(place, { icon: pin(L, "own"), interactive: false, keyboard: false, zIndexOffset: 1000 }).addTo(map);
}

function caption(L, map, name) {
  const control = L.control({ position: "bottomleft" });
  control.onAdd = () => Object.assign(document.createElement("p"), { className: "map-caption", textContent: name });
  control.addTo(map);
}

// All marks of the city: one that was reported from far away does not make the others one dot.
function whole(L, map, lines, items) {
  const city = lines?.getBounds();
  const all = items.map(({ latitude, longitude }) => L.latLng(latitude, longitude));
  const near = city ? all.filter((at) => city.contains(at)) : all;
  const bounds = near.length ? L.latLngBounds(near) : city;
  if (bounds) map.fitBounds(bounds, { padding: [24, 24], maxZoom: 16, animate: false });
}

// A map that nobody looks at is not loaded.
export default function seen(element) {
  const watcher = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watcher.disconnect();
    draw(element);
  });
  watcher.observe(element);
}
