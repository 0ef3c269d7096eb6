// QR codes.

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4; // modules of white around a code, as its standard asks

/** A QR code from rows of 0 and 1: black on white in every theme. */
export function drawCode(rows, label) {
  const size = rows.length + 2 * QUIET;
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" })) svg.setAttribute(name, value);
  const part = (tag, attributes) => {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    svg.append(node);
  };
  part("rect", { width: size, height: size, fill: "#fff" });
  const path = rows.flatMap((row, y) => [...row.matchAll(/1+/g)].map((run) => `M${run.index + QUIET} ${y + QUIET}h${run[0].length}v1h-${run[0].length}z`));
  part("path", { d: path.join(""), fill: "#000" });
  return svg;
}
