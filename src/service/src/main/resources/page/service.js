/** Talks to the service. Addresses are relative to the page, so that it works under any prefix. */

/** In memory only: gone with the page. */
let key = null;

export function useKey(value) {
  key = value;
}

export function hasKey() {
  return key !== null;
}

/** Why there is no answer: the service's problem document, or what can be said without one. */
export class Problem extends Error {
  constructor(document, status = 0, retryAfter = null) {
    super(document.detail);
    this.document = document;
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may be answered later. */
  get mayPass() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  is(type) {
    return this.document.type === `urn:draem:problem:${type}`;
  }
}

/** Returns the models in service. */
export async function models() {
  return (await (await call("v1/models")).json()).models;
}

/** Returns the verdict on an image; `query` holds the parameters of /v1/detect. */
export async function detect(image, query, signal) {
  // The service detects the format from the bytes, so the type that the browser assumes is not sent.
  const type = /^image\/[\w.+-]+$/.test(image.type) ? image.type : "application/octet-stream";
  const headers = { "Content-Type": type, Accept: "application/json" };
  return (await call(`v1/detect?${new URLSearchParams(query)}`, { method: "POST", body: image, headers, signal })).json();
}

/** Returns captured images and their numbers by label; with an `id` that image alone. */
export async function captured(query, id = null) {
  return (await call(`v1/review/images${id === null ? `?${new URLSearchParams(query)}` : `/${id}`}`)).json();
}

/** Returns a file of a captured image: `image`, `map` or `mask`, or a `preview` that any browser shows. */
export async function capturedFile(id, name, signal) {
  return (await call(`v1/review/images/${id}/${name}`, { signal })).blob();
}

/** Labels a captured image, and returns what it is then. */
export async function label(id, review) {
  const headers = { "Content-Type": "application/json" };
  return (await call(`v1/review/images/${id}/label`, { method: "PUT", body: JSON.stringify(review), headers })).json();
}

/** Returns the labeled images of a model, a ZIP file. */
export async function exported(query) {
  return (await call(`v1/review/export?${new URLSearchParams(query)}`)).blob();
}

/** Returns the PNG file of a picture inside an answer. */
export function file(picture) {
  const text = atob(picture.data);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    bytes[i] = text.charCodeAt(i);
  }
  return new Blob([bytes], { type: "image/png" });
}

async function call(path, options = {}) {
  const headers = new Headers(options.headers);
  if (key !== null) {
    headers.set("X-API-Key", key);
  }
  let answer;
  try {
    answer = await fetch(new URL(path, document.baseURI), { ...options, headers, cache: "no-store" });
  } catch (e) {
    throw e.name === "AbortError" ? e : unreachable();
  }
  if (!answer.ok) {
    throw new Problem(await problemDocument(answer), answer.status, answer.headers.get("Retry-After"));
  }
  return answer;
}

function unreachable() {
  return new Problem({
    title: "The service cannot be reached",
    detail: "No response arrived: check whether the service runs and the network leads to it, then try again.",
  });
}

async function problemDocument(answer) {
  if (/[/+]json/.test(answer.headers.get("Content-Type") ?? "")) {
    try {
      return await answer.json();
    } catch {
      // Cut off on the way: said below.
    }
  }
  return {
    title: `The answer is no verdict (HTTP ${answer.status})`,
    detail: "It does not come from the service itself: see what the proxy before it says.",
  };
}
