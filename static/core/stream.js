/** Answers that come line by line, a JSON document on each (application/x-ndjson). */

/** The documents of an answer, each as soon as its line is there. To leave the loop ends the request.
 * @param {Response} response
 * @returns {AsyncGenerator<any, void, undefined>}
 */
export async function* documents(response) {
  const reader = response.body?.getReader();
  if (!reader) return;
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (let finished = false; !finished; ) {
      const { done, value } = await reader.read();
      finished = done;
      const lines = (rest + decoder.decode(value, { stream: !done })).split("\n");
      rest = finished ? "" : (lines.pop() ?? "");
      for (const line of lines) if (line) yield JSON.parse(line);
    }
  } finally {
    reader.cancel().catch(() => {}); // there is nobody to tell
  }
}
