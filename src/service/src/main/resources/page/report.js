/** Writes what the service said into the page. Text only: nothing of an answer becomes markup. */

const REASONS = {
  "too-dark": "The image is too dark",
  "too-bright": "The image is too bright",
  "uniform": "The image is uniform",
  "low-contrast": "The image has little contrast",
  "blurred": "The image is blurred",
  "unusual-color": "The image has unusual colors",
};
/** How long a browser may take to begin with a download, in milliseconds. */
const UNTIL_SAVED = 3000;
const STAGES = ["decode", "preprocess", "queue", "inference", "postprocess", "other"];

const byId = (id) => document.getElementById(id);

/** Shows the verdict; with a `doubt` it is what the service is expected to say. */
export function showVerdict(score, threshold, doubt = "") {
  const anomalous = score > threshold;
  const digits = digitsThatTell(score, threshold);
  const word = anomalous ? "Anomalous" : "Normal";
  const doubtful = !byId("warnings").hidden;
  byId("verdict").dataset.verdict = word.toLowerCase();
  byId("verdict").toggleAttribute("data-waiting", doubt !== "");
  byId("word").textContent = doubtful ? `${word}, but the image is unusual` : word;
  byId("why").textContent = `The score ${score.toFixed(digits)} is ${anomalous ? "above" : "not above"} the threshold`
    + ` ${threshold.toFixed(digits)}${doubt}`;
}

/** Shows why the verdict may say little: the image is unlike the training images, or its decoder had a warning. */
export function showWarnings(answer) {
  const warnings = answer === null ? [] : [
    ...answer.input.reasons.map(({ type, measure, value, min, max }) =>
      `${REASONS[type] ?? type}: ${measure} ${value.toFixed(3)}, in the training images ${min.toFixed(3)} to`
        + ` ${max.toFixed(3)}`),
    ...answer.warnings.map(({ message }) => message),
  ];
  byId("warnings").replaceChildren(...warnings.map((textContent) => element("li", { textContent })));
  byId("warnings").hidden = warnings.length === 0;
  byId("verdict").toggleAttribute("data-doubtful", warnings.length > 0);
}

/** Shows that an image is being examined, with nothing known of it yet: what is there still is of the last one. */
export function showWaiting(name) {
  setInert(true);
  showWarnings(null);
  byId("verdict").dataset.verdict = "none";
  byId("verdict").setAttribute("data-waiting", "");
  byId("word").textContent = "Examining…";
  byId("why").textContent = name;
}

/** Shows that there is no verdict. */
export function showNone() {
  for (const part of parts()) {
    part.hidden = true;
  }
  showWarnings(null);
  byId("verdict").dataset.verdict = "none";
  byId("verdict").removeAttribute("data-waiting");
  byId("word").textContent = "No verdict";
  byId("why").textContent = "The image could not be examined.";
}

/** Shows the parts that belong to a verdict. */
export function showParts() {
  for (const part of parts()) {
    part.hidden = false;
  }
  setInert(false);
}

/** All but the tools of the pictures, which stay in use while an image is examined. */
function setInert(inert) {
  const [pictures, ...others] = parts();
  for (const part of [...pictures.querySelectorAll("figure"), ...others]) {
    part.inert = inert;
  }
}

function parts() {
  return ["pictures", "downloads", "regions", "details"].map(byId);
}

/** Announces the verdict to screen readers. */
export function announce(answer) {
  const count = answer.regionCount;
  byId("announcement").textContent = `${byId("word").textContent}. ${byId("why").textContent}.`
    + ` ${count === 1 ? "One region" : `${count} regions`} above the pixel threshold${
      answer.pixelThresholdLowered ? `, lowered to ${answer.pixelThreshold.toFixed(3)}` : ""}.`
    + (answer.regionOfInterest === undefined ? "" : " Only the region of interest counts.")
    + [...byId("warnings").children].map((warning) => ` ${warning.textContent}.`).join("");
}

/**
 * @param asked the pixel threshold of the request or the model, which the service lowers for an anomalous image without a
 *     pixel above it
 * @param onMark is called with the index of the region to mark, -1 for none
 */
export function showRegions(answer, asked, onMark) {
  const { regions, regionCount, pixelThreshold, pixelThresholdLowered, minRegionArea } = answer;
  const where = pixelThresholdLowered
    ? `No pixel is above the pixel threshold ${asked.toFixed(3)}. Where the map is above ${pixelThreshold.toFixed(3)},`
      + " the middle between its smallest and its largest value, in pixels of the image."
    : "Where the map is above the pixel threshold, in pixels of the image.";
  byId("regions-note").textContent = regions.length === 0
    ? `No ${minRegionArea} pixels side by side are above the pixel threshold.`
    : `${where} The verdict is by the score alone.`
      + (regionCount > regions.length ? ` The first ${regions.length} of ${regionCount}.` : "");
  byId("regions").querySelector("table").hidden = regions.length === 0;
  const rows = regions.map((region, index) => {
    const { box, area, peak } = region;
    const mark = element("button", { type: "button", textContent: `${index + 1}` });
    mark.setAttribute("aria-pressed", "false");
    mark.setAttribute("aria-label", `Mark region ${index + 1}`);
    mark.addEventListener("click", () => onMark(mark.getAttribute("aria-pressed") === "true" ? -1 : index));
    const number = element("th", { scope: "row" }, mark);
    const cells = [`${box.x}, ${box.y}`, `${box.width} × ${box.height}`, `${area}`, peak.toFixed(3)];
    return element("tr", {}, number, ...cells.map((text) => element("td", { textContent: text })));
  });
  byId("regions").querySelector("tbody").replaceChildren(...rows);
}

/** Marks the row of a region; -1 for none. */
export function markRow(index) {
  byId("regions").querySelectorAll("tbody button").forEach((mark, row) =>
    mark.setAttribute("aria-pressed", `${row === index}`));
}

export function showDetails(answer, roundTrip) {
  const facts = {
    "Score": answer.score.toFixed(4),
    "Score, normalized": `${answer.normalizedScore.toFixed(4)} (0.5 at the threshold)`,
    "Threshold": answer.threshold.toFixed(4),
    "Pixel threshold": answer.pixelThreshold.toFixed(4),
    "Model": `${answer.model.name}, version ${answer.model.version}`,
    "Runs on": answer.model.provider,
    "Image": `${answer.image.width} × ${answer.image.height} pixels`,
    ...frameFacts(answer),
    "Digest of the image": answer.image.digest,
    "Digest of the model": answer.model.digest,
    "Request": answer.id,
  };
  byId("details").querySelector("dl").replaceChildren(...Object.entries(facts).map(([name, value]) =>
    element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: value }))));
  const { timing } = answer;
  const rows = STAGES.map((stage) => timingRow(stage, timing[stage], timing[stage] / timing.total));
  rows.push(timingRow("total", timing.total, 1), timingRow("until this page had it", roundTrip, null));
  byId("timing").querySelector("tbody").replaceChildren(...rows);
}

/** Says what of an image was examined, where that is not simply the whole of it. */
function frameFacts({ frame, regionOfInterest }) {
  return {
    ...(frame === undefined ? {} : {
      "Frame": `${frame.width} × ${frame.height} pixels in ${frame.tiles === 1 ? "one tile" : `${frame.tiles} tiles`}`
        + (frame.run === frame.tiles ? "" : `, of which ${frame.run} ran`),
    }),
    ...(regionOfInterest === undefined ? {} : {
      "Region of interest": `${(100 * regionOfInterest.share).toFixed(1)} % of the image, ${
        regionOfInterest.source === "request" ? "drawn on this page" : "the model's own"}`,
    }),
  };
}

/**
 * Shows why there is no answer, and the remedy; null takes it away.
 *
 * @param again does the same once more, or what `offer` says; null where that is no use
 */
export function showProblem(problem, again = null, offer = "Try again") {
  const section = byId("problem");
  section.hidden = problem === null;
  if (problem === null) {
    section.replaceChildren();
    return;
  }
  const { document: said, retryAfter } = problem;
  const lines = [element("h2", { textContent: said.title }), element("p", { textContent: said.detail })];
  if (retryAfter !== null) {
    lines.push(element("p", { textContent: `Try again in ${retryAfter} s.` }));
  }
  const facts = [said.type, said.status && `HTTP ${said.status}`, said.requestId && `request ${said.requestId}`];
  const known = facts.filter(Boolean).join(" · ");
  if (known !== "") {
    lines.push(element("p", { className: "note", textContent: known }));
  }
  if (again !== null) {
    const button = element("button", { type: "button", textContent: offer });
    button.addEventListener("click", again);
    lines.push(button);
  }
  section.replaceChildren(...lines);
}

function timingRow(stage, milliseconds, part) {
  const cell = element("td", { textContent: milliseconds.toFixed(1) });
  if (part !== null) {
    cell.classList.add("bar");
    cell.style.setProperty("--part", Math.min(1, part));
  }
  return element("tr", {}, element("th", { scope: "row", textContent: stage }), cell);
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** As many digits as show which of two numbers is larger. */
function digitsThatTell(a, b) {
  let digits = 3;
  while (digits < 8 && a !== b && a.toFixed(digits) === b.toFixed(digits)) {
    digits++;
  }
  return digits;
}

/** Saves a file as a download. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), UNTIL_SAVED);
}
