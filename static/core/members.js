/** The samples of a batch, as words in a link: a held-out Fashion-MNIST image's number, a sample picture's name or a
 * stored picture's id. */

import * as api from "./api.js";
import { gettext, pick } from "./i18n.js";

export const MOST_MEMBERS = 64;
/** Held-out Fashion-MNIST images. */
export const ITEMS = 2000;
const IMAGE_ID = /^[0-9a-f]{64}$/;

/** @typedef {{kind: "item", index: number} | {kind: "picture", image: string}} Member as the server wants it */

/** The field of a page's state that holds them. @param {string[]} value the default */
export function membersField(value) {
  return {
    value,
    read: (/** @type {string} */ word) => {
      const read = word.split(".");
      const known = read.length <= MOST_MEMBERS && read.every((each) => /^[\w-]{1,64}$/.test(each));
      return known && read.every((each) => !isItem(each) || Number(each) < ITEMS)
        ? read
        : undefined;
    },
    write: (/** @type {string[]} */ words) => words.join("."),
  };
}

/** Whether a member is a held-out image. @param {string} word */
export function isItem(word) {
  return /^\d{1,6}$/.test(word);
}

/** @type {readonly import("./wire.js").Sample[] | undefined} */
let samples;

/** The sample pictures. */
export function samplePictures() {
  samples ??= api.samples();
  return samples;
}

/** The id of a picture; null where it cannot be told. @param {string} word a sample's name or an id */
export function imageId(word) {
  if (IMAGE_ID.test(word)) return word;
  return samplePictures().find(({ name }) => name === word)?.id ?? null;
}

/** A member as the server wants it; null where its picture is not known.
 * @param {string} word @returns {Member | null}
 */
export function memberOf(word) {
  if (isItem(word)) return { kind: "item", index: Number(word) };
  const image = imageId(word);
  return image === null ? null : { kind: "picture", image };
}

/** What a member is called. @param {string} word */
export function memberName(word) {
  if (isItem(word)) return gettext("Fashion-MNIST no. {n}", { n: word });
  const sample = samplePictures().find(({ name }) => name === word);
  return sample ? pick(sample.title) : gettext("Your picture");
}

/** A held-out image that is not there yet. @param {readonly string[]} batch */
export function another(batch) {
  let index = Math.floor(Math.random() * ITEMS);
  while (batch.includes(String(index))) index = (index + 1) % ITEMS;
  return String(index);
}

/** As many samples as are wanted: some dropped from the end, or random ones added.
 * @param {readonly string[]} batch @param {number} count
 */
export function resized(batch, count) {
  const next = batch.slice(0, count);
  while (next.length < count) next.push(another(next));
  return next;
}

/** Other samples, as many. @param {readonly string[]} batch */
export function others(batch) {
  /** @type {string[]} */ const next = [];
  for (const _ of batch) next.push(another(next));
  return next;
}
