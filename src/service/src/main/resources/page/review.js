/** The review page: captured images in, labels out. What it shows as labeled, the service has stored. */
import { drawCorners } from "./marks.js";
import { decode, drawPart, fit, levels, pixels, tinted } from "./picture.js";
import { RegionTool } from "./region.js";
import { save, showProblem } from "./report.js";
import { Problem, captured, capturedFile, exported, hasKey, label, useKey } from "./service.js";
import { Viewer } from "./viewer.js";

const PAGE = 50;

const REASONS = {
  "anomalous": "anomalous",
  "near-threshold": "near the threshold",
  "unusual": "unlike the training images",
  "disagreement": "a candidate has another verdict",
  "random": "random share",
};

const byId = (id) => document.getElementById(id);
const canvas = byId("canvas");
const region = new RegionTool({
  immediate: true,
  begin: () => viewer.focus(),
  redraw: () => viewer.draw(),
  use: () => addOutline(),
});
const viewer = new Viewer([canvas], {
  paint: (on, context, view) => paint(context, view),
  click: (point, view) => region.drawing && region.click(point, view),
  hover: () => false,
  key: (event, view) => region.key(event, view),
  center: () => null,
});

viewer.main = canvas;

let images = [];
let index = 0;
/** Whether the service has no more images below the last one. */
let complete = false;
let picture = null;
/** Number of the image that no picture can be made of, and which is labeled without one. */
let unseen = null;
let regions = null;
/** Outlines that are drawn or were stored, as polygons of points relative to the image. */
let outlines = [];
let showing = new AbortController();
let busy = false;
/** Ends the work for an earlier filter. */
let listing = new AbortController();

byId("access").addEventListener("submit", (event) => {
  event.preventDefault();
  useKey(byId("key").value);
  byId("key").value = "";
  byId("access").hidden = true;
  begin();
});
for (const id of ["model", "reason", "label"]) {
  byId(id).addEventListener("change", begin);
}
byId("labels").addEventListener("click", (event) => {
  const chosen = event.target.dataset?.label;
  if (chosen !== undefined) {
    set(chosen);
  }
});
byId("next").addEventListener("click", () => move(1));
byId("previous").addEventListener("click", () => move(-1));
byId("marked").addEventListener("click", toggleMarked);
byId("outlines-clear").addEventListener("click", () => {
  outlines = [];
  showOutlines();
});
byId("export").addEventListener("click", async () => {
  const { model, reason } = filter();
  byId("export").disabled = true;
  await guarded(null, async () => save(await exported(reason ? { model, reason } : { model }), `${model}.zip`));
  byId("export").disabled = false;
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea") !== null;
  if (typing || event.repeat || !byId("shortcuts").checked || event.ctrlKey || event.altKey || event.metaKey || region.drawing || event.defaultPrevented) {
    return;
  }
  const action = {
    g: () => set("good"),
    d: () => set("defect"),
    u: () => set("unsure"),
    x: () => set("none"),
    n: () => move(1),
    p: () => move(-1),
    o: () => byId("region-draw").click(),
    h: toggleMarked,
  }[event.key.toLowerCase()];
  if (action !== undefined && images.length > 0) {
    event.preventDefault();
    action();
  }
});
begin();

/** Loads the first images of the filter. */
async function begin() {
  listing.abort();
  const mine = new AbortController();
  listing = mine;
  images = [];
  complete = false;
  index = 0;
  await guarded(begin, async () => {
    await more(mine.signal);
    showProblem(null);
    await show();
  });
}

/** Loads the next images, and what there is of each label. */
async function more(signal) {
  const before = images.length > 0 ? { before: images.at(-1).id } : {};
  const answer = await captured({ ...filter(), limit: PAGE, ...before });
  signal.throwIfAborted();
  images.push(...answer.images);
  complete = answer.images.length < PAGE;
  showCounts(answer.counts);
  offerModels(answer.models);
}

function filter() {
  return Object.fromEntries(["model", "reason", "label"].map((id) => [id, byId(id).value]).filter(([, value]) => value));
}

function offerModels(found) {
  const select = byId("model");
  for (const model of found) {
    if (![...select.options].some((option) => option.value === model)) {
      select.add(new Option(model, model));
    }
  }
}

function showCounts({ none, good, defect, unsure }) {
  byId("counts").textContent = `${none} without a label, ${good} good, ${defect} defect, ${unsure} unsure`;
  byId("export").disabled = byId("model").value === "" || good + defect === 0;
  byId("export").title = byId("model").value === "" ? "Choose a model first" : "";
}

async function move(step) {
  if (busy || images.length === 0) {
    return;
  }
  busy = true;
  await guarded(null, async () => {
    if (step > 0 && index === images.length - 1 && !complete) {
      await more(listing.signal);
    }
    const next = index + step;
    if (next < 0 || next >= images.length) {
      announce(next < 0 ? "This is the first image." : "This is the last image.");
      return;
    }
    index = next;
    busy = false;
    await show();
  });
  busy = false;
}

/** Shows the image at the index. */
async function show() {
  showing.abort();
  const mine = new AbortController();
  showing = mine;
  region.drop();
  const image = images[index];
  byId("pictures").hidden = image === undefined;
  byId("labels").hidden = image === undefined;
  if (image === undefined) {
    byId("verdict").dataset.verdict = "none";
    byId("word").textContent = "No image";
    byId("why").textContent = "No captured image is like this. Choose another label, model or reason.";
    return;
  }
  describe(image);
  outlines = image.review?.outlines ?? [];
  picture = null;
  unseen = null;
  regions = null;
  showOutlines();
  const [file, mask] = await Promise.all([
    capturedFile(image.id, "image", mine.signal),
    image.map ? capturedFile(image.id, "mask", mine.signal).then(decode) : null,
  ]);
  const decoded = await readable(file, image, mine.signal);
  if (mine.signal.aborted) {
    return;
  }
  picture = levels(decoded);
  regions = mask === null ? null : [tinted(pixels(mask, fit(image)))];
  canvas.parentElement.parentElement.style.setProperty("--shape", `${image.width} / ${image.height}`);
  viewer.show({ width: image.width, height: image.height }, true);
  byId("marked").hidden = regions === null;
  const text = `Image ${image.id}, ${image.regions} regions marked by the model`;
  canvas.setAttribute("aria-label", text);
  announce(`${text}. ${byId("word").textContent}.`);
}

/** Returns the picture of a file; of one that the browser cannot read, the preview that the service makes. */
async function readable(file, image, signal) {
  const decoded = await decode(file);
  const same = decoded?.width === image.width && decoded?.height === image.height;
  if (same) {
    return decoded;
  }
  try {
    return await decode(await capturedFile(image.id, "preview", signal));
  } catch (e) {
    if (e instanceof Problem && (e.is("image-too-large") || e.is("invalid-image")) && images[index] === image) {
      unseen = image.id;
    }
    throw e;
  }
}

function describe(image) {
  byId("verdict").dataset.verdict = image.anomalous ? "anomalous" : "normal";
  byId("word").textContent = image.review === undefined
    ? (image.anomalous ? "Anomalous" : "Normal")
    : `${image.anomalous ? "Anomalous" : "Normal"}, labeled ${image.review.label}`;
  const candidate = image.candidate === undefined
    ? ""
    : ` Version ${image.candidate.version} says ${image.candidate.anomalous ? "anomalous" : "normal"}`
      + ` (${image.candidate.normalizedScore.toFixed(3)}).`;
  const reviewer = image.review === undefined ? "" : ` Labeled by ${image.review.reviewer}.`;
  byId("why").textContent = `${image.model}, version ${image.version}: score ${image.score.toFixed(4)}, threshold`
    + ` ${image.threshold.toFixed(4)} (normalized ${image.normalizedScore.toFixed(3)}).`
    + ` Captured ${new Date(image.time).toLocaleString()}:`
    + ` ${image.reasons.map((reason) => REASONS[reason] ?? reason).join(", ")}.`
    + candidate + reviewer;
  byId("caption").textContent = `Image ${image.id}: ${index + 1} of ${images.length}${complete ? "" : " or more"}`;
  for (const button of byId("labels").querySelectorAll("[aria-pressed]")) {
    button.setAttribute("aria-pressed", `${button.dataset.label === image.review?.label}`);
  }
}

/** Stores a label, and goes to the next image. An image that is not shown yet gets none, if it can be shown. */
async function set(chosen) {
  const image = images[index];
  if (busy || image === undefined || (picture === null && unseen !== image.id)) {
    return;
  }
  busy = true;
  let stored = false;
  await guarded(null, async () => {
    const drawn = chosen === "defect" && outlines.length > 0 ? { outlines } : {};
    const at = images.indexOf(image);
    const labeled = await label(image.id, { label: chosen, revision: image.revision, ...drawn });
    listing.signal.throwIfAborted();
    images[at] = labeled;
    stored = true;
    showProblem(null);
    announce(chosen === "none" ? "The label was removed." : `Labeled ${chosen}.`);
    showCounts((await captured({ ...filter(), limit: 1 })).counts);
    describe(labeled);
  }, image);
  busy = false;
  if (stored && chosen !== "none") {
    await move(1);
  }
}

function addOutline() {
  if (region.text !== null) {
    outlines = [...outlines, region.text.split(" ").map((point) => point.split(",").map(Number))];
    region.drop();
    viewer.focus();
    showOutlines();
  }
}

function showOutlines() {
  byId("outlines-clear").hidden = outlines.length === 0;
  byId("region-note").textContent = outlines.length === 0
    ? ""
    : `${outlines.length === 1 ? "One outline" : `${outlines.length} outlines`}: press D to label the defect there.`;
  viewer.draw();
}

function toggleMarked() {
  const button = byId("marked");
  button.setAttribute("aria-pressed", `${button.getAttribute("aria-pressed") !== "true"}`);
  viewer.draw();
}

function paint(context, view) {
  if (picture === null) {
    return;
  }
  drawPart(context, picture, view);
  if (regions !== null && outlines.length === 0 && byId("marked").getAttribute("aria-pressed") === "true") {
    drawPart(context, regions, view);
  }
  for (const outline of outlines) {
    const corners = outline.map(([x, y]) => ({ x: x * view.image.width, y: y * view.image.height }));
    drawCorners(context, view, corners, true);
  }
  region.paint(context, view);
}

/** Shows what goes wrong in some work, and offers to do it `again`. */
async function guarded(again, work, image) {
  try {
    await work();
  } catch (e) {
    if (e.name === "AbortError") {
      return;
    }
    if (!(e instanceof Problem)) {
      throw e;
    }
    if (e.status === 401 || e.status === 403) {
      byId("access").hidden = false;
      byId("access").querySelector("label").textContent = hasKey()
        ? "This key may not review: try another"
        : "This service asks for a key that may review";
      byId("insecure").hidden = window.isSecureContext;
      byId("why").textContent = "Enter a key to see the images.";
      byId("key").focus();
      return;
    }
    showProblem(e, again !== null && e.mayPass ? again : null);
    if (images.length === 0) {
      byId("why").textContent = "The service has none to show.";
    }
    if (e.is("label-conflict") && image !== undefined) {
      await guarded(null, async () => {
        const now = await captured({}, image.id);
        images[images.indexOf(image)] = now;
        describe(now); // what the reviewer has drawn stays
      });
      showProblem(e);
    }
  }
}

function announce(text) {
  byId("announcement").textContent = text;
}
