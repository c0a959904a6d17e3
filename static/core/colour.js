/**
 * From numbers to colours. A scale says which numbers its ends stand for; a palette is what it looks
 * like in a theme; a lookup table joins both with how a map is stored.
 */

/** @typedef {import("./theme.js").Theme} Theme */
/** @typedef {import("./tensor.js").Tensor} Tensor */
/** @typedef {"diverging" | "sequential"} Kind */
/** @typedef {{kind: Kind, lo: number, hi: number}} Scale `lo` and `hi` get the end colours */

/** Steps of a palette, even, so that the middle of a diverging one is exactly 0. */
export const STEPS = 512;

/** Colour of NaN and infinities, as 0xAABBGGRR: in no palette of ours. */
export const NON_FINITE = pack([255, 0, 200]);

/**
 * The scale for values between `lo` and `hi`: diverging and symmetric about 0 where some are negative
 * (or `signed` says so), else sequential from 0. Never narrower than the values.
 * @param {number} lo
 * @param {number} hi
 * @param {boolean} [signed]
 * @returns {Scale}
 */
export function scaleFor(lo, hi, signed = lo < 0) {
  if (!signed) return { kind: "sequential", lo: 0, hi: hi > 0 ? hi : 1 };
  const limit = Math.max(Math.abs(lo), Math.abs(hi)) || 1;
  return { kind: "diverging", lo: -limit, hi: limit };
}

/**
 * Stops of the palettes in OKLCH: [position, lightness, chroma, hue]. Lightness runs one way only. The
 * diverging ones leave 0 quickly: one outlier sets the range of a layer, and most values lie near 0.
 */
const STOPS = {
  light: {
    negative: [
      [0, 1, 0, 250],
      [0.08, 0.93, 0.035, 250],
      [0.3, 0.78, 0.105, 250],
      [0.65, 0.56, 0.16, 257],
      [1, 0.34, 0.15, 264],
    ],
    positive: [
      [0, 1, 0, 35],
      [0.08, 0.93, 0.035, 38],
      [0.3, 0.79, 0.115, 35],
      [0.65, 0.58, 0.19, 29],
      [1, 0.37, 0.15, 25],
    ],
    sequential: [
      [0, 1, 0, 110],
      [0.2, 0.89, 0.11, 125],
      [0.45, 0.7, 0.125, 175],
      [0.7, 0.5, 0.11, 240],
      [1, 0.24, 0.13, 290],
    ],
  },
  dark: {
    negative: [
      [0, 0, 0, 262],
      [0.08, 0.24, 0.08, 262],
      [0.3, 0.45, 0.15, 262],
      [0.65, 0.66, 0.15, 252],
      [1, 0.9, 0.07, 235],
    ],
    positive: [
      [0, 0, 0, 25],
      [0.08, 0.25, 0.085, 25],
      [0.3, 0.46, 0.165, 27],
      [0.65, 0.67, 0.195, 32],
      [1, 0.91, 0.085, 60],
    ],
    sequential: [
      [0, 0, 0, 295],
      [0.08, 0.17, 0.07, 295],
      [0.3, 0.36, 0.13, 288],
      [0.55, 0.55, 0.11, 235],
      [0.78, 0.75, 0.14, 165],
      [1, 0.94, 0.16, 108],
    ],
  },
};

/** @type {Map<string, Uint32Array>} */
const palettes = new Map();

/**
 * A palette: STEPS + 1 colours, 0xAABBGGRR (the byte order of a canvas), from `lo` to `hi`.
 * @param {Kind} kind
 * @param {Theme} theme
 */
export function palette(kind, theme) {
  const known = palettes.get(kind + theme);
  if (known) return known;
  const stops = STOPS[theme];
  const colours = new Uint32Array(STEPS + 1);
  for (let i = 0; i <= STEPS; i++) {
    const t = kind === "sequential" ? i / STEPS : (2 * i) / STEPS - 1;
    const side = kind === "sequential" ? "sequential" : t < 0 ? "negative" : "positive";
    colours[i] = pack(rgb(interpolate(stops[side], Math.abs(t))));
  }
  palettes.set(kind + theme, colours);
  return colours;
}

/** From black at 0 to white at 1, in either theme: a mask. */
export const MASK = Uint32Array.from({ length: STEPS + 1 }, (_, i) => {
  const light = Math.round((255 * i) / STEPS);
  return pack([light, light, light]);
});

/** The colour of one value, 0xAABBGGRR.
 * @param {number} value
 * @param {Scale} scale
 * @param {Uint32Array} colours
 */
export function colourOf(value, scale, colours) {
  const t = ((value - scale.lo) / (scale.hi - scale.lo)) * STEPS;
  if (!Number.isFinite(t)) return NON_FINITE;
  return colours[t <= 0 ? 0 : t >= STEPS ? STEPS : Math.round(t)] ?? NON_FINITE;
}

/** @param {number} colour 0xAABBGGRR */
export function css(colour) {
  return `rgb(${colour & 255} ${(colour >>> 8) & 255} ${(colour >>> 16) & 255})`;
}

/** Black or white, whichever reads better on a colour.
 * @param {number} colour 0xAABBGGRR
 */
export function inkOn(colour) {
  const [r, g, b] = [colour, colour >>> 8, colour >>> 16].map((part) => linear((part & 255) / 255));
  const luminance = 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
  return luminance > 0.179 ? "#000" : "#fff";
}

/**
 * What each byte of a quantised map looks like: exact, since a map has only 256 values.
 * @param {number} lo value of byte 0
 * @param {number} hi value of byte 255
 * @param {Scale} scale
 * @param {Uint32Array} colours
 * @param {Uint32Array} [out]
 */
export function lookup(lo, hi, scale, colours, out = new Uint32Array(256)) {
  const span = scale.hi - scale.lo;
  for (let q = 0; q < 256; q++) {
    const value = lo + (q * (hi - lo)) / 255;
    const t = ((value - scale.lo) / span) * STEPS;
    const within = t >= 0 && t <= STEPS; // as nearly all are: without a call
    out[q] = within ? (colours[(t + 0.5) | 0] ?? 0) : colourOf(value, scale, colours);
  }
  return out;
}

/** @param {readonly number[][]} stops @param {number} t @returns {[number, number, number]} */
function interpolate(stops, t) {
  let i = 1;
  while (i < stops.length - 1 && t > (stops[i]?.[0] ?? 1)) i++;
  const [from = [], to = []] = [stops[i - 1], stops[i]];
  const part = (t - (from[0] ?? 0)) / ((to[0] ?? 1) - (from[0] ?? 0));
  const [l = 0, c = 0, h = 0] = [1, 2, 3].map(
    (axis) => (from[axis] ?? 0) + part * ((to[axis] ?? 0) - (from[axis] ?? 0)),
  );
  return [l, c, h];
}

/** OKLCH to sRGB bytes, clipped (https://bottosson.github.io/posts/oklab/).
 * @param {[number, number, number]} lch hue in degrees
 * @returns {[number, number, number]}
 */
function rgb([lightness, chroma, hue]) {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const parts = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const [red = 0, green = 0, blue = 0] = parts.map((part) => {
    const gamma = part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055;
    return Math.round(Math.min(1, Math.max(0, gamma)) * 255);
  });
  return [red, green, blue];
}

/** @param {number} part 0..1, sRGB */
function linear(part) {
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

/** @param {[number, number, number]} rgb */
function pack([r, g, b]) {
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}
