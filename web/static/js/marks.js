// Other tickets on a map. They are no stops of the keyboard, which has the list; a click on a stack of them lists it.
import { pin } from "./map.js";

const APART = 14;

export default function marks(L, map, items) {
  const drawn = items.map((each) => {
    const at = L.latLng(each.latitude, each.longitude);
    const icon = pin(L, `other tone-${each.tone}${each.over ? " over" : ""}`);
    const mark = L.marker(at, { icon, title: each.title, keyboard: false, zIndexOffset: each.over ? 500 : 0 }).addTo(map);
    if (each.href) mark.on("click", () => open(each, at));
    return { each, at };
  });

  function open(clicked, at) {
    const here = map.latLngToContainerPoint(at);
    const stack = drawn.filter(({ each, at: other }) => each.href && map.latLngToContainerPoint(other).distanceTo(here) <= APART);
    if (stack.length === 1) location.href = clicked.href;
    else L.popup(beside(map)).setLatLng(at).setContent(list(stack.map(({ each }) => each))).openOn(map);
  }
}

// A popup leaves the map's buttons free.
function beside(map) {
  const width = Math.min(320, map.getSize().x - 100);
  return { maxHeight: 200, minWidth: width, maxWidth: width, autoPanPaddingTopLeft: [64, 8], autoPanPaddingBottomRight: [8, 8] };
}

function list(items) {
  const all = document.createElement("ul");
  all.className = "map-stack";
  for (const { href, title, tone } of items) {
    const row = document.createElement("li");
    row.append(Object.assign(document.createElement("a"), { href, textContent: title, className: `map-dot tone-${tone}` }));
    all.append(row);
  }
  return all;
}
