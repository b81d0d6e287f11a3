// Which street and community a place lies in, by the outlines that maps draw.
import texts from "./texts.js";

const loaded = new Map();

export function outlines(address) {
  if (!loaded.has(address)) loaded.set(address, json(address));
  return loaded.get(address);
}

export async function json(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // a map without outlines is still a map
  }
}

// A ray to the east crosses the rings of an area an odd number of times from inside; holes are rings too.
export function inside({ type, coordinates }, [latitude, longitude]) {
  const rings = type === "MultiPolygon" ? coordinates.flat() : coordinates;
  let odd = false;
  for (const ring of rings) {
    ring.forEach(([x, y], index) => {
      const [before, above] = ring[(index || ring.length) - 1];
      if (y > latitude !== above > latitude && longitude < x + ((latitude - y) / (above - y)) * (before - x)) odd = !odd;
    });
  }
  return odd;
}

// The areas around a place, the smallest last: outlines come the larger first.
export const around = (ground, place) => ground.features.filter(({ geometry }) => inside(geometry, place));

export function called(ground, place) {
  const found = around(ground, place);
  const [street, community] = [true, false].map((wanted) => found.findLast(({ properties }) => (properties.kind === "street") === wanted)?.properties.name);
  return street && community ? texts.in_community.replace("{street}", () => street).replace("{community}", () => community) : (community ?? street);
}
