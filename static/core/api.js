/** The REST API, typed. Every function takes an AbortSignal last and throws an ApiError for an answer
 * that is not a success, or where the server cannot be reached (`code` "unreachable"). */

import { documents } from "./stream.js";

export { Latest } from "./latest.js";

/** @typedef {import("./wire.js").RunRequest} RunRequest */
/** @typedef {import("./wire.js").UnitRequest} UnitRequest */
/** @typedef {import("./wire.js").ExplainRequest} ExplainRequest */
/** @typedef {import("./wire.js").WeightsRequest} WeightsRequest */
/** @typedef {import("./wire.js").ConvolutionRequest} ConvolutionRequest */
/** @typedef {import("./wire.js").NormalizationRequest} NormalizationRequest */
/** @typedef {import("./wire.js").DropoutRequest} DropoutRequest */
/** @typedef {import("./wire.js").MlpVsCnnRequest} MlpVsCnnRequest */
/** @typedef {import("./wire.js").PrinciplesRequest} PrinciplesRequest */
/** @typedef {import("./wire.js").AccuracyRequest} AccuracyRequest */
/** @typedef {import("./wire.js").MaximiseRequest} MaximiseRequest */
/** @typedef {import("./wire.js").Encoding} Encoding */

/** What the server refused, or why it could not be asked (RFC 9457). */
export class ApiError extends Error {
  /** @param {{code?: string, status?: number, title?: string, detail?: string, field?: string,
   *   errors?: {field: string, detail: string}[]}} problem */
  constructor({ code = "unknown", status = 0, title = "", detail = "", field = "", errors = [] }) {
    super(detail || title || code);
    this.name = "ApiError";
    /** A stable slug, by which the words shown are chosen. */
    this.code = code;
    /** The HTTP status; 0 where there was no answer. */
    this.status = status;
    this.detail = detail || title;
    /** Where in the request the fault lies, such as `interventions.0.stride`; may be "". */
    this.field = field;
    this.errors = errors;
  }
}

/** The server's answer to a GET, where the page brought it along; else null.
 * @param {string} url
 */
function brought(url) {
  const text = globalThis.document?.querySelector(`[data-answer="${url}"]`)?.textContent;
  return text ? JSON.parse(text) : null;
}

/** What the page brought along of a network's description. @param {string} name
 * @returns {import("./wire.js").NetworkInfo | null}
 */
export function broughtNetwork(name) {
  return brought(path(name));
}

/** The sample pictures, which every page that shows pictures brings along.
 * @returns {import("./wire.js").Sample[]}
 */
export function samples() {
  return brought("/api/images")?.samples ?? [];
}

/** Store a picture (any of the accepted formats).
 * @param {Blob} file
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("./wire.js").StoredImage>}
 */
export function upload(file, signal) {
  return request("POST", "/api/images", { body: file, signal });
}

/** Where a stored picture is, for showing, optionally fitted into a square of `size` pixels.
 * @param {string} id
 * @param {number} [size]
 */
export function imageUrl(id, size) {
  return `/api/images/${encodeURIComponent(id)}?format=webp${size ? `&size=${size}` : ""}`;
}

/** @param {AbortSignal} [signal]
 * @returns {Promise<import("./wire.js").NetworkCard[]>}
 */
export async function networks(signal) {
  const { networks } = await request("GET", "/api/networks", { signal });
  return networks;
}

/** @param {string} name
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("./wire.js").NetworkInfo>}
 */
export function network(name, signal) {
  return request("GET", path(name), { signal });
}

/** Run the network and record.
 * @param {string} name
 * @param {RunRequest} body
 * @param {{tensors?: Encoding, signal?: AbortSignal | undefined}} [options]
 * @returns {Promise<import("./wire.js").RunAnswer>}
 */
export function run(name, body, { tensors = "uint8", signal } = {}) {
  return request("POST", `${path(name, "run")}?tensors=${tensors}`, { json: body, signal });
}

/** How one output element of a convolution or linear layer came about.
 * @param {string} name
 * @param {UnitRequest} body
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("./wire.js").UnitAnswer>}
 */
export function unit(name, body, signal) {
  return request("POST", path(name, "unit"), { json: body, signal });
}

/** A map of what mattered to a class or to a unit.
 * @param {string} name
 * @param {ExplainRequest} body
 * @param {{tensors?: Encoding, signal?: AbortSignal | undefined}} [options]
 * @returns {Promise<import("./wire.js").ExplainAnswer>}
 */
export function explain(name, body, { tensors = "float32", signal } = {}) {
  return request("POST", `${path(name, "explain")}?tensors=${tensors}`, { json: body, signal });
}

/** The kernels of a layer, of some output channels, as trained and as the interventions leave them.
 * @param {string} name
 * @param {WeightsRequest} body
 * @param {{tensors?: Encoding, signal?: AbortSignal | undefined}} [options]
 * @returns {Promise<import("./wire.js").WeightsAnswer>}
 */
export function weights(name, body, { tensors = "float32", signal } = {}) {
  return request("POST", `${path(name, "weights")}?tensors=${tensors}`, { json: body, signal });
}

/** Convolve.
 * @param {ConvolutionRequest} body
 * @param {{tensors?: Encoding, signal?: AbortSignal | undefined}} [options]
 * @returns {Promise<import("./wire.js").ConvolutionAnswer>}
 */
export function convolution(body, { tensors = "float32", signal } = {}) {
  return request("POST", `/api/labs/convolution?tensors=${tensors}`, { json: body, signal });
}

/** Normalise.
 * @param {NormalizationRequest} body
 * @param {{tensors?: Encoding, signal?: AbortSignal | undefined}} [options]
 * @returns {Promise<import("./wire.js").NormalizationAnswer>}
 */
export function normalization(body, { tensors = "float32", signal } = {}) {
  return request("POST", `/api/labs/normalization?tensors=${tensors}`, { json: body, signal });
}

/** Drop out.
 * @param {DropoutRequest} body
 * @param {{tensors?: Encoding, signal?: AbortSignal | undefined}} [options]
 * @returns {Promise<import("./wire.js").DropoutAnswer>}
 */
export function dropout(body, { tensors = "float32", signal } = {}) {
  return request("POST", `/api/labs/dropout?tensors=${tensors}`, { json: body, signal });
}

/** What an MLP and a CNN make of the same canvas.
 * @param {MlpVsCnnRequest} body
 * @param {{tensors?: Encoding, signal?: AbortSignal | undefined}} [options]
 * @returns {Promise<import("./wire.js").MlpVsCnnAnswer>}
 */
export function mlpVsCnn(body, { tensors = "float32", signal } = {}) {
  return request("POST", `/api/labs/mlp-vs-cnn?tensors=${tensors}`, { json: body, signal });
}

/** Take the three principles apart.
 * @param {PrinciplesRequest} body
 * @param {{tensors?: Encoding, signal?: AbortSignal | undefined}} [options]
 * @returns {Promise<import("./wire.js").PrinciplesAnswer>}
 */
export function principles(body, { tensors = "float32", signal } = {}) {
  return request("POST", `/api/labs/principles?tensors=${tensors}`, { json: body, signal });
}

/** How often a network is right about held-out images.
 * @param {string} name
 * @param {AccuracyRequest} body
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("./wire.js").AccuracyAnswer>}
 */
export function accuracy(name, body, signal) {
  return request("POST", path(name, "accuracy"), { json: body, signal });
}

/** Images that were made beforehand, each of which excites a channel.
 * @param {string} name
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("./wire.js").Features>}
 */
export function features(name, signal) {
  return request("GET", path(name, "features"), { signal });
}

/** Make an image that excites a channel: what happens, as it happens. To leave the loop, or to abort the signal, stops
 * the server's work. A run that breaks off throws an ApiError.
 * @param {string} name
 * @param {MaximiseRequest} body
 * @param {{tensors?: Encoding, signal?: AbortSignal | undefined}} [options]
 * @returns {AsyncGenerator<Exclude<import("./wire.js").MaximiseEvent, {kind: "problem"}>, void, undefined>}
 */
export async function* maximise(name, body, { tensors = "uint8", signal } = {}) {
  const url = `${path(name, "maximise")}?tensors=${tensors}`;
  const response = await answered("POST", url, { json: body, signal });
  try {
    for await (const event of documents(response)) {
      if (event.kind === "problem") throw new ApiError(event);
      yield event;
      if (event.kind === "done") return;
    }
  } catch (error) {
    if (signal?.aborted || error instanceof ApiError) throw error;
    throw new ApiError({ code: "unreachable", detail: String(error) });
  }
  throw new ApiError({ code: "unreachable", detail: "The answer broke off." });
}

/** The claims that can be measured.
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("./wire.js").ClaimInfo[]>}
 */
export async function claims(signal) {
  const { claims } = brought("/api/claims") ?? (await request("GET", "/api/claims", { signal }));
  return claims;
}

/** Run a claim's experiment.
 * @param {string} id
 * @param {{seed: number}} body
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("./wire.js").Measurement>}
 */
export function measure(id, body, signal) {
  return request("POST", `/api/claims/${encodeURIComponent(id)}`, { json: body, signal });
}

/** @param {...string} parts */
function path(...parts) {
  return `/api/networks/${parts.map(encodeURIComponent).join("/")}`;
}

/** Times a busy server (503, 429) is asked again after the pause it wished for. */
const PATIENCE = 3;

/** @typedef {{json?: unknown, body?: Blob, signal?: AbortSignal | undefined}} Asked */

/**
 * @param {string} method
 * @param {string} url
 * @param {Asked} [options]
 * @returns {Promise<any>} the answer's JSON
 */
export async function request(method, url, options) {
  return (await answered(method, url, options)).json();
}

/** The answer, once its head is there. @param {string} method @param {string} url @param {Asked} [options] */
async function answered(method, url, { json, body, signal } = {}) {
  /** @type {RequestInit} */ const init = { method, headers: { accept: "application/json" } };
  if (signal) init.signal = signal;
  if (json !== undefined) {
    init.headers = { accept: "application/json", "content-type": "application/json" };
    init.body = JSON.stringify(json);
  } else if (body) {
    const type = body.type.startsWith("image/") ? body.type : "application/octet-stream";
    init.headers = { accept: "application/json", "content-type": type };
    init.body = body;
  }
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(url, init).catch((error) => {
      if (signal?.aborted) throw error;
      throw new ApiError({ code: "unreachable", detail: String(error) });
    });
    if (response.ok) return response;
    const busy = response.status === 503 || response.status === 429;
    if (!busy || attempt === PATIENCE) throw await refusal(response);
    const seconds = Number(response.headers.get("retry-after")) || 1;
    await pause(Math.min(seconds, 5) * 1000, signal);
  }
}

/** @param {Response} response */
async function refusal(response) {
  const problem = await response.json().catch(() => ({}));
  return new ApiError({ ...problem, status: response.status });
}

/** @param {number} time in milliseconds @param {AbortSignal | undefined} signal */
function pause(time, signal) {
  return new Promise((done, failed) => {
    const timer = setTimeout(done, time, undefined);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      failed(signal.reason);
    });
  });
}
