/** A request to the API as a command and as a program, to be taken away. */

/** @typedef {{method: string, url: string, body?: unknown, stream?: boolean}} Call `url`: with the host; `stream`: the
 * answer is a line of JSON for each thing that happens, as it happens */

/** A shell command; every POSIX shell reads the quoted words as they are.
 * @param {Call} call
 */
export function curl({ method, url, body, stream }) {
  const parts = ["curl", "--fail-with-body", "--silent"];
  if (stream) parts.push("--no-buffer");
  if (method !== "GET" && !(method === "POST" && body !== undefined))
    parts.push("--request", method);
  if (body !== undefined)
    parts.push(
      "--header",
      quote("Content-Type: application/json"),
      "--data",
      quote(JSON.stringify(body)),
    );
  return [...parts, quote(url)].join(" ");
}

/** @param {string} text */
function quote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A Python program that needs nothing but Python.
 * @param {Call} call
 */
export function python({ method, url, body, stream }) {
  const imports = ["import json", "from urllib.request import Request, urlopen", ""];
  const make =
    body === undefined
      ? [`request = Request(${literal(url)}, method=${literal(method)})`]
      : [
          `body = ${literal(body)}`,
          "request = Request(",
          `    ${literal(url)},`,
          "    data=json.dumps(body).encode(),",
          '    headers={"Content-Type": "application/json"},',
          `    method=${literal(method)},`,
          ")",
        ];
  const read = stream
    ? [
        "    for line in response:",
        "        event = json.loads(line)",
        '        print(event["kind"], list(event))',
      ]
    : ["    answer = json.load(response)", "print(list(answer))"];
  return [...imports, ...make, "with urlopen(request) as response:", ...read, ""].join("\n");
}

/** A JSON value as a Python literal. JSON strings are Python strings, too.
 * @param {unknown} value
 * @param {string} [indent]
 * @returns {string}
 */
export function literal(value, indent = "") {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const array = Array.isArray(value);
  const parts = array
    ? value.map((each) => literal(each, `${indent}    `))
    : Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(([name, each]) => `${JSON.stringify(name)}: ${literal(each, `${indent}    `)}`);
  const [open, close] = array ? "[]" : "{}";
  const line = `${open}${parts.join(", ")}${close}`;
  if (line.length + indent.length <= 90 && !line.includes("\n")) return line;
  return `${open}\n${parts.map((part) => `${indent}    ${part},\n`).join("")}${indent}${close}`;
}
