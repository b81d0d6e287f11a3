// A form that was not taken: the reader begins at what is wrong.
export default function focus(element) {
  element.focus();
  element.scrollIntoView({ block: "center" });
}
