// The ground of a map: the outlines of streets and communities, and as many of their names as can be read.
const HALF = 2;
const ROOM = { crowded: 2.5, free: 1.1 }; // how many times its name an area must be wide, with marks on it or without

// What people wrote is text, also where Leaflet takes markup.
export const words = (text) => Object.assign(document.createElement("span"), { textContent: text });

export function draw(L, map, outlines, crowded) {
  const ground = L.geoJSON(outlines, {
    interactive: false,
    style: ({ properties }) => ({ className: `map-outline is-${properties.kind}`, fill: false }),
  });
  ground.eachLayer((layer) => {
    const { kind, name } = layer.feature.properties;
    layer.bindTooltip(words(name), { permanent: true, direction: "center", className: `map-ground-name is-${kind}`, pane: "shadowPane" });
  });
  ground.addTo(map);
  const all = ground.getLayers();
  const label = new Map(all.map((layer) => [layer, layer.getTooltip().getElement()]));
  const needed = new Map(all.map((layer) => [layer, label.get(layer).offsetWidth * (crowded ? ROOM.crowded : ROOM.free)]));
  const [streets, others] = [true, false].map((wanted) => all.filter((layer) => (layer.feature.properties.kind === "street") === wanted));
  const name = () => {
    const width = (layer) => {
      const bounds = layer.getBounds();
      return map.latLngToLayerPoint(bounds.getNorthEast()).x - map.latLngToLayerPoint(bounds.getSouthWest()).x;
    };
    const readable = others.filter((layer) => width(layer) >= needed.get(layer));
    const near = readable.length * HALF > others.length;
    for (const layer of streets) label.get(layer).hidden = near || width(layer) * HALF < needed.get(layer);
    for (const layer of others) label.get(layer).hidden = !near || !readable.includes(layer);
  };
  map.on("zoomend", name);
  name();
  return ground;
}
