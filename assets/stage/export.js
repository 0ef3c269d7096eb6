// Downloads: the view as a picture, the sound as a file.

import { boundText, shapeText } from "./text.js";
import { cssColour } from "./colours.js";
import { encodeWav } from "./wav.js";
import { renderSound } from "./synth.js";

/** Draw a lane of DOM elements: its words where they stand, in their own type and colour. */
function paintWords(g, node) {
  const origin = node.getBoundingClientRect();
  const range = document.createRange();
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  g.textAlign = "left";
  g.textBaseline = "middle";
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    if (text.parentElement.closest("button, select, input")) continue;
    const style = getComputedStyle(text.parentElement);
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
  const own = sheet.getContext("2d");
  own.setTransform(ratio, 0, 0, ratio, 0, 0);
  draw(own);
  g.drawImage(sheet, 0, 0, sheet.width / ratio, sheet.height / ratio);
}

/** The stage as it stands, drawn anew on one canvas at twice the size: a PNG blob. */
export function paintStage(stage) {
  const { layout, theme, clock } = stage;
  const ratio = 2;
  const pad = 24;
  const line = Math.round(layout.font * 1.9);
  const { frames } = stage;
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
  const g = canvas.getContext("2d");
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.fillStyle = theme.background;
  g.fillRect(0, 0, width, height);
  g.textBaseline = "middle";
  g.fillStyle = theme.ink;
  g.font = `600 ${layout.font * 1.25}px ${theme.font}`;
  g.fillText(stage.data.label, pad, pad + line * 0.4, width - 2 * pad);
  g.fillStyle = theme.soft;
  g.font = `${layout.font}px ${theme.font}`;
  g.fillText(stage.stepText(stage.step), pad, pad + line * 1.15);
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
      paintSheet(g, time, ratio, (own) => frame.lane.drawTime(own, stage.view, time, stage.step));
      const x0 = stage.view.x(clock.edges[stage.step]);
      const x1 = stage.view.x(clock.edges[stage.step + 1]);
      const left = Math.max(layout.gutter, x0);
      const right = Math.min(layout.gutter + layout.plot, x1);
      if (right > left) {
        g.strokeStyle = theme.ink;
        g.lineWidth = 1.5;
        g.strokeRect(left, 0, right - left, time.height);
      }
      if (now) {
        g.translate(layout.nowInside ? layout.gutter + layout.plot + layout.gap : 0, layout.nowInside ? 0 : time.height + 8);
        paintSheet(g, now, ratio, (own) => frame.lane.drawNow(own, now, stage.step));
      }
    }
    g.restore();
    top += heights[place];
  });
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** What is heard, as a 16-bit WAV blob: same voices, same speed. */
export async function soundFile(notes, options) {
  const buffer = await renderSound(notes, options);
  const channels = [buffer.getChannelData(0), buffer.getChannelData(1)];
  return new Blob([encodeWav(channels, buffer.sampleRate)], { type: "audio/wav" });
}
