/** The four pictures side by side, in one view: overlay, image, reconstruction, map. */
import { drawBoxes, drawMarked, drawOutlines, drawShade, drawTiles, regionAt } from "./marks.js";
import { colored, decode, drawLegend, drawPart, fit, heat, levels, pixels } from "./picture.js";
import { file } from "./service.js";
import { Viewer } from "./viewer.js";

const byId = (id) => document.getElementById(id);

export class Gallery {
  #viewer;
  #region;
  #onMark;
  #image = null;
  /** What each picture is drawn from: layers, each a picture of the whole image with its smaller copies. */
  #layers = { overlay: [], original: [], reconstruction: [], map: [] };
  #photograph = null;
  #map = null;
  /** Whether the overlay is a picture of the service's, with the outlines in it. */
  #overlaid = false;
  #regions = [];
  #marked = -1;
  #polygons = [];
  #tiles = [];

  /**
   * @param region the tool that draws a region of interest
   * @param onMark is called with the index of a region whose box is clicked, -1 outside all of them
   */
  constructor(region, onMark) {
    this.#region = region;
    this.#onMark = onMark;
    drawLegend(byId("colors"));
    this.#viewer = new Viewer(Object.keys(this.#layers).map(canvas), {
      paint: (on, context, view) => this.#paint(on.parentElement.id, context, view),
      click: (point, view) => this.#click(point, view),
      hover: (point, view) => !region.drawing && this.#regionAt(point, view) >= 0,
      key: (event, view) => this.#key(event, view),
      center: (view) => this.#center(view),
    });
    this.#listen();
  }

  #listen() {
    const buttons = [...byId("pictures").querySelectorAll(".enlarge")];
    for (const button of buttons) {
      const caption = button.previousElementSibling.textContent.toLowerCase();
      button.setAttribute("aria-label", `Enlarge the ${caption}`);
      button.addEventListener("click", () => {
        buttons.forEach((other) => other.setAttribute("aria-pressed", `${other === button}`));
        this.#viewer.main = canvas(button.closest("figure").id);
      });
    }
    this.#viewer.main = canvas("overlay");
  }

  /**
   * Shows the pictures of a first answer, unless it is out of date by then.
   *
   * @param photograph the decoded image; null where the browser cannot
   * @returns whether the image itself can be shown
   */
  async show(photograph, answer, signal) {
    const map = await decode(file(answer.anomalyMap));
    const reconstruction = answer.reconstruction ? await decode(file(answer.reconstruction)) : null;
    if (signal.aborted) {
      return false;
    }
    const { image } = answer;
    // An image that the browser turned differently from the service would not match the map.
    const same = photograph?.width === image.width && photograph?.height === image.height;
    this.#photograph = same ? levels(photograph) : null;
    this.#map = pixels(map, fit(image));
    this.#put("original", this.#photograph, "The image as it was sent", "This browser cannot show this format.");
    this.#put("reconstruction", reconstruction && levels(reconstruction), "The image as the model would have it",
      "This model was exported without its reconstruction.");
    this.#put("map", levels(colored(this.#map)),
      "Anomaly map: the brighter, the less the image there is like good ones", "");
    byId("pictures").style.setProperty("--shape", `${image.width} / ${image.height}`);
    this.#viewer.show(image, image.digest !== this.#image?.digest);
    this.#image = image;
    return same;
  }

  /** Shows which regions an answer has, and what of the image counts. */
  async found(answer, threshold, range) {
    this.#regions = answer.regions;
    this.#marked = -1;
    this.#polygons = answer.regionOfInterest?.polygons ?? [];
    const [first] = answer.regions;
    const counted = answer.regionOfInterest === undefined ? "" : "; what does not count is dark";
    const text = first === undefined
      ? "Overlay: no region is outlined"
      : `Overlay: ${answer.regions.length} of ${answer.regionCount} regions outlined, the largest peak`
        + ` ${first.peak.toFixed(2)} around x ${Math.round(first.centroid.x)}, y ${Math.round(first.centroid.y)}`;
    canvas("overlay").setAttribute("aria-label", text + counted);
    this.#overlaid = answer.overlay !== undefined;
    if (this.#overlaid) {
      this.#layers.overlay = [levels(await decode(file(answer.overlay)))];
    }
    this.redraw(threshold, range);
  }

  /** Marks one of the regions; -1 for none. */
  mark(index) {
    this.#marked = index;
    if (index >= 0) {
      const { x, y } = this.#regions[index].centroid;
      this.#viewer.reveal({ x: x / this.#image.width, y: y / this.#image.height });
    }
    this.#viewer.draw();
  }

  /** Shows the tiles of an answer; none for an empty list. */
  showTiles(tiles) {
    this.#tiles = tiles;
    this.#viewer.draw();
  }

  /** Draws the overlay again for a threshold; the outlines stay those of the last answer. */
  redraw(threshold, range) {
    byId("map").querySelector(".legend .own").style.setProperty("--at", threshold);
    if (!this.#overlaid && this.#photograph !== null) {
      this.#layers.overlay = [this.#photograph, [heat(this.#map, threshold, range)]];
    }
    this.#viewer.draw();
  }

  /** Draws again what the region tool draws. */
  draw() {
    this.#viewer.draw();
  }

  focus() {
    this.#viewer.focus();
  }

  #paint(id, context, view) {
    for (const layer of this.#layers[id]) {
      drawPart(context, layer, view);
    }
    if (id === "overlay") {
      if (!this.#overlaid) {
        drawShade(context, view, this.#polygons);
        drawOutlines(context, view, this.#regions);
      }
      drawBoxes(context, view, this.#regions, this.#marked);
    }
    drawTiles(context, view, this.#tiles);
    if (this.#marked >= 0) {
      drawMarked(context, view, this.#regions[this.#marked], this.#marked + 1);
    }
    this.#region.paint(context, view);
  }

  #click(point, view) {
    if (this.#region.drawing) {
      this.#region.click(point, view);
    } else {
      const index = this.#regionAt(point, view);
      this.#onMark(index === this.#marked ? -1 : index);
    }
  }

  #key(event, view) {
    const used = this.#region.key(event, view);
    if (used && this.#region.cross !== null) {
      this.#viewer.reveal(this.#region.cross);
    }
    return used;
  }

  #regionAt(point, view) {
    return regionAt(view, this.#regions, { x: point.x * view.image.width, y: point.y * view.image.height });
  }

  /** Buttons zoom about the region that is marked, while it is in sight. */
  #center({ image, left, top, width, height }) {
    if (this.#marked < 0) {
      return null;
    }
    const { x, y } = this.#regions[this.#marked].centroid;
    const inSight = x >= left && y >= top && x <= left + width && y <= top + height;
    return inSight ? { x: x / image.width, y: y / image.height } : null;
  }

  #put(id, picture, text, absence) {
    const note = byId(id).querySelector(".absent");
    note.hidden = picture !== null;
    note.textContent = absence;
    canvas(id).hidden = picture === null;
    this.#layers[id] = picture === null ? [] : [picture];
    if (picture !== null) {
      canvas(id).setAttribute("aria-label", text);
    }
  }
}

function canvas(id) {
  return byId(id).querySelector("canvas");
}
