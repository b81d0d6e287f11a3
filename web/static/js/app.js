// What makes the pages quicker. Each part looks for its own marks in the page and does nothing without them;
// nothing here is needed for anything.
const parts = {
  "[data-focus]": () => import("./focus.js"),
  "[data-photos]": () => import("./photos.js"),
  "[data-zoom]": () => import("./zoom.js"),
  "[data-map]": () => import("./map.js"),
  "[data-auto-submit]": () => import("./auto-submit.js"),
  "[data-locate]": () => import("./locate.js"),
  "[data-shots]": () => import("./shots.js"),
  "[data-place]": () => import("./place.js"),
  "[data-matters]": () => import("./matters.js"),
  "form:has([name=department]):has([name=assisting])": () => import("./not-both.js"),
  "form[method=post]": () => import("./forms.js"),
  "details.menu": () => import("./menus.js"),
};

for (const [marked, load] of Object.entries(parts)) {
  const found = document.querySelectorAll(marked);
  if (found.length) load().then((part) => found.forEach(part.default));
}
