// The page's theme as the canvases need it: colours as rgb, fonts, colour maps.

import { axisColour, cssColour, divergingMap, luminance, packColours, parseColour, sequentialMap } from "./colours.js";

const mapCache = new Map();

function mapsFor(dark) {
  if (!mapCache.has(dark)) {
    const colours = { diverging: divergingMap(dark), sequential: sequentialMap(dark) };
    const pixels = Object.fromEntries(Object.entries(colours).map(([name, map]) => [name, packColours(map)]));
    mapCache.set(dark, { colours, pixels });
  }
  return mapCache.get(dark);
}

function mix(one, other, share) {
  return one.map((channel, place) => Math.round(channel + (other[place] - channel) * share));
}

/** Read the theme off an element inside the stage. */
export function readTheme(root) {
  const style = getComputedStyle(root);
  const rgb = (name, fallback) => parseColour(style.getPropertyValue(name)) || fallback;
  const background = rgb("--st-background-color", [255, 255, 255]);
  const ink = rgb("--st-text-color", [38, 39, 48]);
  const accent = rgb("--st-primary-color", [59, 91, 219]);
  const dark = luminance(background) < 0.2;
  const maps = mapsFor(dark);
  const faint = mix(ink, background, 0.62);
  const shade = mix(background, ink, 0.045);
  const [faintPixel, shadePixel] = packColours([faint, shade]);
  const axis = (name) => {
    const colour = axisColour(name, dark);
    return colour ? cssColour(colour) : null;
  };
  return {
    dark,
    background: cssColour(background),
    ink: cssColour(ink),
    soft: cssColour(mix(ink, background, 0.34)),
    faint: cssColour(faint),
    line: cssColour(mix(background, ink, 0.14)),
    shade: cssColour(shade),
    accent: cssColour(accent),
    accentSoft: cssColour(mix(accent, background, 0.62)),
    band: cssColour(mix(ink, background, 0.7)),
    font: style.fontFamily || "sans-serif",
    colours: maps.colours,
    pixels: maps.pixels,
    faintPixel,
    shadePixel,
    axis,
    key: [background, ink, accent, style.fontFamily].join("|"),
  };
}
