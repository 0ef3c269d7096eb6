// Downloads: the view as a picture, the sound, the whole stage.

import { boundText, shapeText, slugText } from "./text.js";
import { cssColour } from "./colours.js";
import { encodeWav } from "./wav.js";
import { offlinePage } from "./offline.js";
import { renderSound } from "./synth.js";
import { contextOf, saveFile } from "./dom.js";

/** Draw a lane of DOM elements: its words where they stand, in their own type and colour. */
function paintWords(g, node) {
  const origin = node.getBoundingClientRect();
  const range = document.createRange();
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  g.textAlign = "left";
  g.textBaseline = "middle";
  for (let text = /** @type {Text|null} */ (walker.nextNode()); text; text = /** @type {Text|null} */ (walker.nextNode())) {
    const parent = /** @type {HTMLElement} */ (text.parentElement);
    if (parent.closest("button, select, input")) continue;
    const style = getComputedStyle(parent);
    if (style.clipPath !== "none") continue; // words for screen readers only
    g.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    g.fillStyle = style.color;
    for (const word of text.data.matchAll(/\S+/g)) {
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const [box] = range.getClientRects();
      if (box && box.width > 1) g.fillText(word[0], box.left - origin.left, box.top - origin.top + box.height / 2);
    }
  }
}

/** Draw one picture of a lane on a sheet of its own, since lanes may erase what they drew. */
function paintSheet(g, { width, height }, ratio, draw) {
  const sheet = document.createElement("canvas");
  sheet.width = Math.ceil(width * ratio);
  sheet.height = Math.ceil(height * ratio);
  const own = contextOf(sheet);
  own.setTransform(ratio, 0, 0, ratio, 0, 0);
  draw(own);
  g.drawImage(sheet, 0, 0, sheet.width / ratio, sheet.height / ratio);
}

/** The stage as it stands, drawn anew on one canvas at twice the size. */
function paintStage(/** @type {StageView} */ { data, look, transport: { step } }) {
  const { frames, layout, theme, view } = look;
  const ratio = 2;
  const pad = 24;
  const line = Math.round(layout.font * 1.9);
  const heights = frames.map((frame) => {
    if (!frame.lane.height) return line + frame.dom.offsetHeight + 12;
    const { time, now } = frame.sizes();
    const stacked = now && !layout.nowInside ? now.height + 8 : 0;
    return line + Math.max(time.height, layout.nowInside && now ? now.height : 0) + stacked + 12;
  });
  const canvas = document.createElement("canvas");
  const width = layout.width + 2 * pad;
  const height = 2 * pad + line * 1.6 + heights.reduce((sum, each) => sum + each, 0);
  canvas.width = width * ratio;
  canvas.height = Math.ceil(height * ratio);
  const g = contextOf(canvas);
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.fillStyle = theme.background;
  g.fillRect(0, 0, width, height);
  g.textBaseline = "middle";
  g.fillStyle = theme.ink;
  g.font = `600 ${layout.font * 1.25}px ${theme.font}`;
  g.fillText(data.payload.label, pad, pad + line * 0.4, width - 2 * pad);
  g.fillStyle = theme.soft;
  g.font = `${layout.font}px ${theme.font}`;
  g.fillText(data.stepText(step), pad, pad + line * 1.15);
  let top = pad + line * 1.6;
  frames.forEach((frame, place) => {
    const { head } = frame.lane;
    const { time, now } = frame.sizes();
    g.textAlign = "left";
    g.fillStyle = theme.ink;
    g.font = `600 ${layout.font}px ${theme.font}`;
    const title = head.symbol ? `${head.title}  ${head.symbol}` : head.title;
    g.fillText(title, pad, top + line / 2);
    const used = g.measureText(title).width + 10;
    g.font = `${layout.font}px ${theme.font}`;
    g.fillStyle = theme.soft;
    if (head.shape.length) g.fillText(shapeText(head.shape), pad + used, top + line / 2);
    if (head.legend) {
      const high = `${boundText(head.legend.high)}${head.legend.units ? ` ${head.legend.units}` : ""}`;
      const right = pad + layout.width - g.measureText(high).width - 6;
      const colours = theme.colours[head.legend.map];
      for (let x = 0; x < 84; x += 1) {
        g.fillStyle = cssColour(colours[Math.round((255 * x) / 83)]);
        g.fillRect(right - 84 + x, top + line / 2 - 5, 1.5, 10);
      }
      g.fillStyle = theme.soft;
      g.fillText(high, right + 6, top + line / 2);
      g.textAlign = "right";
      g.fillText(boundText(head.legend.low), right - 90, top + line / 2);
    }
    const body = top + line;
    g.save();
    g.translate(pad, body);
    if (!frame.lane.height) {
      paintWords(g, frame.dom);
    } else {
      paintSheet(g, time, ratio, (own) => frame.drawTime(own, time, step));
      const x0 = view.x(data.clock.edges[step]);
      const x1 = view.x(data.clock.edges[step + 1]);
      const left = Math.max(layout.gutter, x0);
      const right = Math.min(layout.gutter + layout.plot, x1);
      if (right > left) {
        g.strokeStyle = theme.ink;
        g.lineWidth = 1.5;
        g.strokeRect(left, 0, right - left, time.height);
      }
      if (now) {
        g.translate(layout.nowInside ? layout.gutter + layout.plot + layout.gap : 0, layout.nowInside ? 0 : time.height + 8);
        paintSheet(g, now, ratio, (own) => frame.lane.drawNow?.(own, now, step));
      }
    }
    g.restore();
    top += heights[place];
  });
  return canvas;
}

/** @import { StageView } from "./stage.js" */

const fileName = (stage, ending) => `${slugText(stage.data.payload.label)}.${ending}`;

/** The view as a PNG. */
export function savePicture(/** @type {StageView} */ stage) {
  paintStage(stage).toBlob((blob) => saveFile(blob, fileName(stage, "png")), "image/png");
}

/** What is heard, as a 16-bit WAV: same voices, same speed. */
export async function saveSound(/** @type {StageView} */ stage) {
  const { data: { clock, notes }, transport: { sound, timeline } } = stage;
  const buffer = await renderSound(notes, { speed: timeline.speed, muted: sound.muted, start: clock.start });
  const channels = [buffer.getChannelData(0), buffer.getChannelData(1)];
  saveFile(new Blob([encodeWav(channels, buffer.sampleRate)], { type: "audio/wav" }), fileName(stage, "wav"));
}

/** The whole stage as one HTML file that plays offline. */
export async function savePage(/** @type {StageView} */ stage) {
  const rules = stage.host.adoptedStyleSheets.flatMap((sheet) => Array.from(sheet.cssRules, ({ cssText }) => cssText));
  const accent = getComputedStyle(stage.root).getPropertyValue("--st-primary-color").trim() || "#3b5bdb";
  const page = await offlinePage({ accent, css: rules.join("\n"), data: { ...stage.data.payload, playing: false } });
  saveFile(new Blob([page], { type: "text/html" }), fileName(stage, "html"));
}
