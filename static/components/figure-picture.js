/** A figure as the page shows it, as a PNG: what can be painted again out of its elements' boxes, canvases, drawings and
 * words. What style sheets write (`::before`) and forms are left out. */

const SCALE = 2;
/** Px around the figure. */
const PAD = 16;
const UNSEEN =
  ".unseen, button, select, input, summary, .scroller, .row, .tools, number-field, scale-field, choice-field, picture-picker";
/** What a drawing has from style sheets, which it leaves behind. */
const INKS = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "opacity",
  "vector-effect",
  "text-anchor",
  "font-family",
  "font-size",
  "font-weight",
];
/** A word and the space after it; characters that need no space between them, one by one. */
const WORD =
  /[\u2E80-\u9FFF\uF900-\uFAFF\uFF00-\uFFEF]|[^\s\u2E80-\u9FFF\uF900-\uFAFF\uFF00-\uFFEF]+/g;

/** @typedef {{context: CanvasRenderingContext2D, left: number, top: number}} Sheet `left`, `top`: what lies in the window there
 * comes to the sheet's corner */

/** @param {Element} figure @param {string} [title] words above it @returns {Promise<Blob | null>} */
export async function pictureOf(figure, title = "") {
  const { left, top, width, height } = figure.getBoundingClientRect();
  const head = title ? 2 * PAD : 0;
  const canvas = document.createElement("canvas");
  canvas.width = SCALE * Math.ceil(width + 2 * PAD);
  canvas.height = SCALE * Math.ceil(height + 2 * PAD + head);
  const context = canvas.getContext("2d");
  if (!context || !width) return null;
  const { backgroundColor, color, fontFamily } = getComputedStyle(document.body);
  context.scale(SCALE, SCALE);
  context.fillStyle = backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  if (title) {
    context.fillStyle = color;
    context.font = `600 16px ${fontFamily}`;
    context.fillText(title, PAD, PAD + 16);
  }
  await paint(figure, { context, left: left - PAD, top: top - PAD - head });
  return new Promise((done) => canvas.toBlob(done));
}

/** @param {Element} element @param {Sheet} sheet */
async function paint(element, sheet) {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const [x, y] = [box.left - sheet.left, box.top - sheet.top];
  const contents = style.display === "contents";
  if (style.display === "none" || style.visibility === "hidden" || element.matches(UNSEEN)) return;
  if (!contents && !box.width && !box.height) return;
  const { context } = sheet;
  context.save();
  context.globalAlpha *= Number(style.opacity);
  if (!contents) boxOf(context, style, x, y, box);
  if (style.overflowX !== "visible" && !contents) {
    context.beginPath();
    context.rect(x, y, box.width, box.height);
    context.clip();
  }
  if (element instanceof HTMLCanvasElement || element instanceof HTMLImageElement) {
    context.imageSmoothingEnabled = style.imageRendering !== "pixelated";
    if (element.width) context.drawImage(element, x, y, box.width, box.height);
  } else if (element instanceof SVGSVGElement) {
    const image = await drawn(element, box);
    if (image) context.drawImage(image, x, y, box.width, box.height);
  } else
    for (const node of element.childNodes) {
      if (node instanceof Element) await paint(node, sheet);
      else if (node instanceof Text) written(node, style, sheet);
    }
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {CSSStyleDeclaration} style @param {number} x @param {number} y
 * @param {{width: number, height: number}} box */
function boxOf(context, style, x, y, { width, height }) {
  context.fillStyle = style.backgroundColor;
  context.fillRect(x, y, width, height);
  const side = (/** @type {"Top" | "Right" | "Bottom" | "Left"} */ name) => {
    const thick = Number.parseFloat(style[`border${name}Width`]);
    context.fillStyle = style[`border${name}Color`];
    return thick;
  };
  const top = side("Top");
  if (top) context.fillRect(x, y, width, top);
  const bottom = side("Bottom");
  if (bottom) context.fillRect(x, y + height - bottom, width, bottom);
  const left = side("Left");
  if (left) context.fillRect(x, y, left, height);
  const right = side("Right");
  if (right) context.fillRect(x + width - right, y, right, height);
  if (style.outlineStyle === "none") return;
  const thick = Number.parseFloat(style.outlineWidth);
  context.strokeStyle = style.outlineColor;
  context.lineWidth = thick;
  if (thick) context.strokeRect(x - thick / 2, y - thick / 2, width + thick, height + thick);
}

/** A drawing as an image, with what it looks like written into it. @param {SVGSVGElement} drawing
 * @param {{width: number, height: number}} box */
async function drawn(drawing, { width, height }) {
  const copy = /** @type {SVGSVGElement} */ (drawing.cloneNode(true));
  const [from, to] = [drawing, copy].map((svg) => [svg, ...svg.querySelectorAll("*")]);
  from?.forEach((part, i) => {
    const style = getComputedStyle(part);
    for (const name of INKS) to?.[i]?.setAttribute(name, style.getPropertyValue(name));
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const text = new XMLSerializer().serializeToString(copy);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  return image.decode().then(
    () => image,
    () => null, // one that the browser cannot read is left out
  );
}

/** The words of a text, each where it stands. @param {Text} text @param {CSSStyleDeclaration} style @param {Sheet} sheet */
function written(text, style, { context, left, top }) {
  const range = document.createRange();
  context.fillStyle = style.color;
  context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  for (const { 0: word, index } of text.data.matchAll(WORD)) {
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    const box = range.getBoundingClientRect();
    if (!box.width) continue;
    const ascent = context.measureText(word).fontBoundingBoxAscent;
    context.fillText(word, box.left - left, box.top - top + ascent);
  }
}
