// A map of areas alone: all of them with the streets' names, or one of them before the others; with data-area-pages each
// leads to its page.
import { words } from "./ground.js";

const named = (feature) => feature.properties.kind === "street";

export default function areas(L, map, outlines, { area, areaPages }) {
  const shown = outlines.features.filter((feature) => !area || feature.properties.code === area);
  const ground = L.geoJSON(shown, { className: area ? "map-ground is-one" : "map-ground", interactive: Boolean(areaPages) });
  ground.eachLayer((layer) => {
    const { code, name } = layer.feature.properties;
    if (area || named(layer.feature)) layer.bindTooltip(words(name), { permanent: true, direction: "center", className: "map-name" });
    else if (areaPages) layer.bindTooltip(words(name), { sticky: true });
    if (areaPages) layer.on("click", () => (location.href = areaPages + code));
  });
  ground.addTo(map);
  map.options.zoomSnap = 0.25;
  if (shown.length) map.fitBounds(ground.getBounds(), { padding: [16, 16], animate: false });
}
