/** The four pictures side by side: overlay, image, reconstruction, map. */
import { decode, draw, drawLegend, drawMap, drawOverlay, fit, pixels } from "./picture.js";
import { file } from "./service.js";

const byId = (id) => document.getElementById(id);

export class Gallery {
  #size = null;
  #photograph = null;
  #map = null;
  #regions = [];
  #marked = -1;

  constructor() {
    drawLegend(byId("colors"));
    const buttons = [...byId("pictures").querySelectorAll(".enlarge")];
    for (const button of buttons) {
      const caption = button.previousElementSibling.textContent.toLowerCase();
      button.setAttribute("aria-label", `Enlarge the ${caption}`);
      button.addEventListener("click", () =>
        buttons.forEach((other) => other.setAttribute("aria-pressed", `${other === button}`)));
    }
  }

  /**
   * Shows the pictures of a first answer, unless it is out of date by then.
   *
   * @param photograph the decoded image; null where the browser cannot
   * @returns whether the image itself can be shown
   */
  async show(photograph, answer, signal) {
    const map = await decode(file(answer.anomalyMap));
    const repaired = answer.reconstruction ? await decode(file(answer.reconstruction)) : null;
    if (signal.aborted) {
      return false;
    }
    this.#size = fit(answer.image);
    // An image that the browser turned differently from the service would not match the map.
    const same = photograph?.width === answer.image.width && photograph?.height === answer.image.height;
    this.#photograph = same ? pixels(photograph, this.#size) : null;
    this.#map = pixels(map, this.#size);
    this.#put("original", this.#photograph, "The image as it was sent", "This browser cannot show this format.");
    this.#put("reconstruction", repaired && pixels(repaired, fit(repaired)), "The image as the model would have it",
      "This model was exported without its reconstruction.");
    drawMap(canvas("map"), this.#map);
    label("map", "Anomaly map: the brighter, the less the image there is like good ones");
    return same;
  }

  /** Shows which regions an answer has. */
  async found(answer, threshold, range) {
    this.#regions = answer.regions;
    this.#marked = -1;
    const [first] = answer.regions;
    label("overlay", first === undefined
      ? "Overlay: no region is outlined"
      : `Overlay: ${answer.regions.length} of ${answer.regionCount} regions outlined, the largest peak ${first.peak.toFixed(2)}`
        + ` around x ${Math.round(first.centroid.x)}, y ${Math.round(first.centroid.y)}`);
    if (this.#photograph === null) {
      const drawn = await decode(file(answer.overlay));
      draw(canvas("overlay"), pixels(drawn, this.#size));
    } else {
      this.redraw(threshold, range);
    }
  }

  /** Marks one of the regions; -1 for none. */
  mark(region, threshold, range) {
    this.#marked = region;
    this.redraw(threshold, range);
  }

  /** Draws the overlay again for a threshold; the outlines stay those of the last answer. */
  redraw(threshold, range) {
    byId("map").querySelector(".legend .own").style.setProperty("--at", threshold);
    if (this.#photograph !== null && this.#map !== null) {
      drawOverlay(canvas("overlay"), {
        photograph: this.#photograph,
        map: this.#map,
        threshold,
        range,
        regions: this.#regions,
        scale: this.#size.scale,
        marked: this.#marked,
      });
    }
  }

  #put(id, picture, text, absence) {
    const note = byId(id).querySelector(".absent");
    note.hidden = picture !== null;
    note.textContent = absence;
    canvas(id).hidden = picture === null;
    if (picture !== null) {
      draw(canvas(id), picture);
      label(id, text);
    }
  }
}

function canvas(id) {
  return byId(id).querySelector("canvas");
}

function label(id, text) {
  canvas(id).setAttribute("aria-label", text);
}
