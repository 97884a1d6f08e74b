/** The page: an image and thresholds in, the service's verdict out. What it shows as confirmed, the service said. */
import { Gallery } from "./gallery.js";
import { receive } from "./intake.js";
import { LARGEST, decode } from "./picture.js";
import { RegionTool } from "./region.js";
import {
  announce, markRow, save, showDetails, showWarnings, showNone, showParts, showProblem, showRegions, showVerdict,
  showWaiting,
} from "./report.js";
import { Problem, detect, file, hasKey, models, overlay, useKey } from "./service.js";
import { ThresholdSlider } from "./threshold.js";

const PAUSE = 200;
const AGAIN = 3000;

const byId = (id) => document.getElementById(id);
const region = new RegionTool({
  begin: () => gallery.focus(),
  redraw: () => gallery.draw(),
  use: () => start(false),
});
const gallery = new Gallery(region, mark);
const threshold = new ThresholdSlider(byId("image-threshold"), "Above it the image is anomalous.", moved);
const pixelThreshold = new ThresholdSlider(byId("pixel-threshold"), "Above it a pixel is in a region.", moved);

let choices = [];
let image = null;
/** The image as the browser reads it; undefined until it has tried, null where it cannot. */
let photograph;
/** The last answer to this image and model; null before the first. */
let answer = null;
/** The tiles of the image; null until an answer has them. */
let tiles = null;
let mapFile = null;
let request = new AbortController();
/** Choices that turned out to have no reconstruction: the list of models reports it for their first version alone. */
const withoutReconstruction = new Set();
/** Choices whose own region of interest is a mask, which the service alone can draw. */
const withMask = new Set();
let pause;

receive(chosen, (text) => showProblem(new Problem({ title: "There is no image in that", detail: text })));
byId("model").addEventListener("change", () => start(true));
byId("access").addEventListener("submit", (event) => {
  event.preventDefault();
  useKey(byId("key").value);
  byId("key").value = "";
  byId("access").hidden = true;
  begin();
});
byId("tiles").addEventListener("change", () => {
  if (!byId("tiles").checked || tiles !== null) {
    showTiles();
  } else {
    preview();
    ask();
  }
});
byId("save-overlay").addEventListener("click", () => saveFull("overlay.png", () => overlay(image, query([], null))));
byId("save-map").addEventListener("click", () => saveFull("map.png", fullMap));
byId("save-answer").addEventListener("click", () => {
  const { anomalyMap, overlay: picture, reconstruction, ...said } = answer;
  saveAs(new Blob([JSON.stringify(said, null, 2)], { type: "application/json" }), "verdict.json");
});
begin();

/** Loads the list of models, and examines an image that waits for them. */
async function begin() {
  await guarded(begin, async () => {
    await listModels();
    showProblem(null);
    if (choices.length === 0) {
      setTimeout(begin, AGAIN);
    } else if (image !== null) {
      await start(false);
    }
  });
}

async function listModels() {
  const select = byId("model");
  const before = select.value;
  choices = (await models()).flatMap((model) => model.versions
    .filter((version) => version.state === "served")
    .map(({ version }) => ({ model, version, first: version === model.version })));
  select.disabled = choices.length === 0;
  if (choices.length === 0) {
    select.replaceChildren(new Option("No model is in service yet"));
    return;
  }
  select.replaceChildren(...choices.map(({ model, version, first }) => {
    const initial = model.default && first;
    return new Option(`${model.name}, version ${version}`, `${model.name}/${version}`, initial, initial);
  }));
  if ([...select.options].some((option) => option.value === before)) {
    select.value = before;
  }
  for (const { name, version, regionOfInterest: { share, polygons } } of choices.map(({ model }) => model)) {
    if (share !== undefined && polygons === undefined) {
      withMask.add(`${name}/${version}`);
    }
  }
  offerRegion();
}

function offerRegion() {
  region.available = choice().model.regionOfInterest.accepted;
}

function choice() {
  return choices[byId("model").selectedIndex];
}

function chosen(blob) {
  image = blob;
  photograph = undefined;
  byId("chosen").textContent = blob.name ?? "from the clipboard";
  if (choices.length > 0) {
    start(false);
  }
}

/** Examines the image from the beginning. */
async function start(newModel) {
  if (newModel) {
    threshold.reset();
    pixelThreshold.reset();
    byId("tiles").checked = false;
    offerRegion();
  }
  answer = null;
  tiles = null;
  threshold.score = null;
  if (image !== null) {
    showWaiting(byId("chosen").textContent);
    await ask();
  }
}

function moved() {
  preview();
  request.abort();
  clearTimeout(pause);
  pause = setTimeout(ask, PAUSE);
}

/** Shows what the service is expected to say. */
function preview() {
  if (answer !== null) {
    showVerdict(answer.score, threshold.value, "; asking the service…");
    gallery.redraw(pixelThreshold.value, range());
  }
}

/** Asks the service; a newer request replaces one in progress. */
async function ask() {
  clearTimeout(pause);
  request.abort();
  const mine = new AbortController();
  request = mine;
  await guarded(ask, async () => {
    const decoded = photograph === undefined ? await decode(image) : photograph;
    if (mine.signal.aborted) {
      return;
    }
    photograph = decoded;
    const first = answer === null;
    const began = performance.now();
    const said = await examine(first, mine.signal);
    const roundTrip = performance.now() - began;
    if (first) {
      const shown = await gallery.show(photograph, said, mine.signal);
      if (mine.signal.aborted) {
        return;
      }
      mapFile = file(said.anomalyMap);
      if (!shown) {
        photograph = null;
      }
      if (said.regionOfInterest !== undefined && said.regionOfInterest.polygons === undefined) {
        withMask.add(byId("model").value);
      }
      if (needsOverlay() && said.overlay === undefined) {
        await ask();
        return;
      }
    }
    answer = said;
    await tell(roundTrip);
  }, mine.signal);
}

async function examine(first, signal) {
  const reconstruction = first && choice().model.reconstruction && !withoutReconstruction.has(byId("model").value);
  const include = [
    "polygon",
    ...(first ? ["map"] : []),
    ...(reconstruction ? ["reconstruction"] : []),
    ...(needsOverlay() ? ["overlay"] : []),
    ...(byId("tiles").checked && tiles === null ? ["tiles"] : []),
  ];
  try {
    return await detect(image, query(include), signal);
  } catch (e) {
    if (!reconstruction || choice().first || !(e instanceof Problem && e.is("invalid-request"))) {
      throw e;
    }
    withoutReconstruction.add(byId("model").value);
    return examine(first, signal);
  }
}

/** Whether the overlay has to be the service's own. */
function needsOverlay() {
  return photograph === null || (region.text === null && withMask.has(byId("model").value));
}

/** @param side longest side of the pictures; null for the size of the image */
function query(include, side = LARGEST) {
  const { model, version, first } = choice();
  return {
    model: model.name,
    ...(first ? {} : { version }),
    ...(threshold.chosen === null ? {} : { threshold: threshold.chosen }),
    ...(pixelThreshold.chosen === null ? {} : { pixelThreshold: pixelThreshold.chosen }),
    ...(region.text === null ? {} : { roi: region.text }),
    ...(side === null ? {} : { maxPictureSide: side }),
    ...(include.length === 0 ? {} : { include: include.join(",") }),
  };
}

async function tell(roundTrip) {
  if (threshold.chosen === null) {
    threshold.own = answer.threshold;
  }
  if (pixelThreshold.chosen === null) {
    const { model, first } = choice();
    pixelThreshold.own = answer.pixelThresholdLowered && first ? model.thresholds.pixel : answer.pixelThreshold;
  }
  threshold.score = answer.score;
  showProblem(null);
  showWarnings(answer);
  showVerdict(answer.score, answer.threshold);
  showRegions(answer, pixelThreshold.value, mark);
  showDetails(answer, roundTrip);
  byId("thresholds").hidden = false;
  showParts();
  tiles = answer.tiles ?? tiles;
  byId("tiles-choice").hidden = answer.frame === undefined;
  showTiles();
  await gallery.found(answer, answer.pixelThreshold, range());
  announce(answer);
}

/** Marks a region on the pictures and in the table; -1 for none. */
function mark(index) {
  gallery.mark(index);
  markRow(index);
}

function showTiles() {
  gallery.showTiles(byId("tiles").checked ? tiles ?? [] : []);
}

function range() {
  const { min, max } = choice().model.mapRange;
  return max - min;
}

/** Shows what goes wrong in some work, and offers to do it `again`. */
async function guarded(again, work, signal) {
  try {
    await work();
  } catch (e) {
    if (e.name === "AbortError" || signal?.aborted) {
      return;
    }
    if (!(e instanceof Problem)) {
      throw e;
    }
    if (answer !== null) {
      showVerdict(answer.score, threshold.value, answer.threshold === threshold.value ? "" : "; not confirmed");
    } else if (image !== null) {
      showNone();
    }
    if (e.status === 401) {
      askForKey();
      return;
    }
    if (answer === null && region.text !== null && e.is("invalid-request")) {
      region.drop(); // it may be what the service refuses
      showProblem(e, () => start(false), "Examine it without the region");
      return;
    }
    showProblem(e, e.mayPass ? again : null);
    if (e.is("unknown-model")) {
      await guarded(null, listModels);
    }
  }
}

function askForKey() {
  byId("access").hidden = false;
  byId("access").querySelector("label").textContent = hasKey()
    ? "This service does not know that key: try another"
    : "This service asks for a key";
  if (choices.length === 0) {
    byId("model").replaceChildren(new Option("Known when there is a key"));
  }
  byId("explorer").hidden = true;
  byId("insecure").hidden = window.isSecureContext;
  byId("key").focus();
}

/** Saves a picture at the size of the image, which the service makes where the page has a smaller one. */
async function saveFull(name, picture) {
  const of = image;
  const buttons = [byId("save-overlay"), byId("save-map")];
  buttons.forEach((button) => button.disabled = true);
  try {
    await guarded(null, async () => saveAs(await picture(), name, of));
  } finally {
    buttons.forEach((button) => button.disabled = false);
  }
}

async function fullMap() {
  const { width, height } = answer.image;
  return Math.max(width, height) <= LARGEST ? mapFile : file((await detect(image, query(["map"], null))).anomalyMap);
}

function saveAs(blob, name, of = image) {
  save(blob, `${(of.name ?? "image").replace(/\.[^.]*$/, "")}-${name}`);
}
