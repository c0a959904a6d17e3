/** The images of all depths as one PNG, with what was seen in them. */

import * as format from "../../../../core/format.js";
import { gettext } from "../../../../core/i18n.js";
import { judgementOf } from "./judged.js";
import { kindName } from "./words.js";

const SCALE = 2;
const PAD = 16;
/** Px that an image is wide, that the words take beside them, and that each depth takes. */
const [IMAGE, WORDS, ROW] = [96, 232, 128];

/**
 * @param {{stages: readonly import("./feature.js").Stage[], names: readonly string[], judged: string,
 *   title: string}} options `names` of the depths
 * @returns {Promise<Blob | null>}
 */
export async function galleryPicture({ stages, names, judged, title }) {
  const most = Math.max(...stages.map(({ channels }) => channels.length));
  const canvas = document.createElement("canvas");
  canvas.width = SCALE * (2 * PAD + WORDS + most * (IMAGE + 4));
  canvas.height = SCALE * (3 * PAD + stages.length * ROW);
  const context = canvas.getContext("2d");
  if (!context) return null;
  const { backgroundColor, color, fontFamily } = getComputedStyle(document.body);
  context.scale(SCALE, SCALE);
  context.fillStyle = backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = color;
  const write = (
    /** @type {string} */ words,
    /** @type {number} */ x,
    /** @type {number} */ y,
    weight = 400,
  ) => {
    context.font = `${weight} 13px ${fontFamily}`;
    context.fillText(words, x, y);
  };
  write(title, PAD, PAD + 12, 600);
  for (const [depth, { layer, receptive_field, channels }] of stages.entries()) {
    const top = 2.5 * PAD + depth * ROW;
    const kind = judgementOf(judged, depth);
    const lines = [
      layer,
      gettext("sees {size} pixels", { size: format.shape(receptive_field) }),
      kind ? gettext("judged: {kind}", { kind: kindName(kind) }) : "",
    ];
    write(names[depth] ?? "", PAD, top + 14, 600);
    for (const [i, line] of lines.entries()) write(line, PAD, top + 34 + 20 * i);
    for (const [i, { channel, image }] of channels.entries()) {
      const left = PAD + WORDS + i * (IMAGE + 4);
      context.drawImage(await loaded(image), left, top, IMAGE, IMAGE);
      write(String(channel), left, top + IMAGE + 16);
    }
  }
  return new Promise((done) => canvas.toBlob(done));
}

/** @param {string} url */
async function loaded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}
