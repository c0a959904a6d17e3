import { gettext, lang } from "./i18n.js";

/** What to say about an error, in the reader's language. The server's own sentence, which is English,
 * names numbers and layers; other readers get the meaning of the code.
 * @param {unknown} error an ApiError, or anything with a `code`, or any error
 * @returns {string}
 */
export function problemWords(error) {
  const { code = "", detail = "" } = /** @type {{code?: string, detail?: string}} */ (error ?? {});
  const meaning = meanings()[/** @type {keyof ReturnType<typeof meanings>} */ (code)];
  if (detail && (lang === "en" || !meaning) && code !== "unreachable") return detail;
  return meaning ?? (error instanceof Error ? error.message : String(error));
}

/** What a refusal says against some fields of the request; "" where it is about others.
 * @param {import("./api.js").ApiError | null} error @param {readonly string[]} names
 */
export function problemAt(error, names) {
  const field = error?.field.split(".")[0] ?? "";
  if (!error || !names.includes(field)) return "";
  const words = problemWords(error);
  // It stands beside the control; the field need not be named again.
  return words.startsWith(`${error.field}: `) ? words.slice(error.field.length + 2) : words;
}

const meanings = () => ({
  unreachable: gettext("The server cannot be reached. Is it still running?"),
  "no-picture": gettext("There was no picture file among what you gave."),
  busy: gettext("Too much is waiting already. Try again in a moment."),
  failed: gettext("The server has a fault, which it has written to its log."),
  "not-ready": gettext("The server is not ready yet."),
  invalid: gettext("The request is not valid."),
  "no-such-image": gettext("This picture is not here any more. Choose it again."),
  "too-large": gettext("The file is too large."),
  "empty-upload": gettext("The file is empty."),
  "unsupported-format": gettext(
    "This is not a picture that can be read here. PNG, JPEG, WebP, GIF, BMP and TIFF are.",
  ),
  "too-many-pixels": gettext("The picture has too many pixels."),
  "several-frames": gettext(
    "The picture moves or has several pages; only single still pictures are taken.",
  ),
  "unsupported-colours": gettext("The picture's colours cannot be read."),
  "damaged-picture": gettext("The picture file is damaged."),
  "picture-too-costly": gettext("The picture takes too much time or memory to decode."),
  "no-such-network": gettext("There is no network of this name."),
  "no-such-layer": gettext("The network has no layer of this name."),
  "wrong-kind": gettext("This is not possible for a layer of this kind."),
  "wrong-size": gettext("The values do not have the layer's size."),
  "out-of-range": gettext("The layer does not have that many."),
  groups: gettext("The groups do not divide the channels."),
  "no-effect": gettext("The setting would change nothing."),
  "no-running-statistics": gettext(
    "The layer has no running statistics, because it was trained without them.",
  ),
  "no-maps": gettext("The layer has numbers but no maps, and this needs maps."),
  "no-held-out": gettext("There are no held-out images of the kind that this needs."),
  missing: gettext("Something that this needs is not given."),
  eps: gettext("Statistics of a batch need an eps above 0."),
  "one-value": gettext("A single value has no spread to normalise by."),
  overflow: gettext("The numbers grow beyond what a 32-bit float can hold."),
  "kernel-too-large": gettext("The kernel does not fit into its padded input."),
  "padding-too-large": gettext("The padding needs more pixels than the map has."),
  "preset-too-large": gettext("The kernel has no room for this preset."),
  ragged: gettext("The rows of a grid or of a kernel are not all of one length."),
  "kernels-differ": gettext("The kernels of a layer must all have one size."),
  "kernel-depth": gettext("A kernel must be as deep as the input channels that it slides over."),
  "same-with-stride": gettext("PyTorch’s “same” padding takes a stride of 1 only."),
  "not-transposed": gettext("A transposed convolution does not have this setting."),
  "output-padding": gettext("The output padding must be smaller than the stride or the dilation."),
  "pooling-too-large": gettext("The pooling window does not fit into the map."),
  "no-features": gettext("No images were made beforehand for this network."),
  "no-such-feature": gettext("No image of this channel was made beforehand."),
  "no-such-claim": gettext("There is no claim of this name."),
  "shapes-differ": gettext("A later layer cannot take the shapes that would reach it."),
  "too-much-work": gettext("That would hold too many numbers at once."),
  "answer-too-large": gettext("The answer would be too large. Ask for fewer layers or channels."),
});
