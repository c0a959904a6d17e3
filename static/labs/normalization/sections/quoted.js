/** PyTorch's own words in a refusal: its ValueError, or else the whole sentence; "" where nothing was refused.
 * @param {unknown} error
 */
export function quoted(error) {
  if (!(error instanceof Error)) return "";
  return /ValueError: .*?(?=["”’]?\.?$)/.exec(error.message)?.[0] ?? error.message;
}
