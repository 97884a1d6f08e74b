/** Draws a region of interest on the pictures, one polygon, and puts it in use. Points are relative to the image. */
import { drawCorners, drawCross } from "./marks.js";
import { ARROWS } from "./viewer.js";

/** A click so near to the first or the last corner, in CSS pixels, closes the polygon: so does a double click. */
const NEAR = 10;
/** An arrow key moves the cross by so many CSS pixels, with the Shift key by one. */
const STEP = 12;
const FEWEST = 3;

const IN_USE = "Only what is inside the region counts.";
const HELP = "Click or tap the corners on a picture; a double click, a double tap or Enter closes the region."
  + " By keyboard: arrow keys move the cross, Space sets a corner, Backspace removes the last one, Escape cancels.";

const byId = (id) => document.getElementById(id);

export class RegionTool {
  #handlers;
  #corners = [];
  #drawing = false;
  /** Whether the polygon is closed, and not in use yet. */
  #ready = false;
  #cross = null;
  #text = null;

  /**
   * @param handlers `begin()`, `redraw()`, and `use()` when another region, or none, is in use; with `immediate` a region is
   *     in use as soon as it is closed
   */
  constructor(handlers) {
    this.#handlers = handlers;
    byId("region-draw").addEventListener("click", () => (this.#drawing ? this.#cancel() : this.#begin()));
    byId("region-use").addEventListener("click", () => {
      this.#use();
      byId("region-clear").focus();
      this.#handlers.use();
    });
    byId("region-clear").addEventListener("click", () => {
      const used = this.#text !== null;
      this.drop();
      byId("region-draw").focus();
      if (used) {
        this.#handlers.use();
      }
    });
  }

  /** The region in use, as text for a request; null for none. */
  get text() {
    return this.#text;
  }

  get drawing() {
    return this.#drawing;
  }

  /** The cross that keys move; null while there is none. */
  get cross() {
    return this.#cross;
  }

  /** Offers the tool only for models that accept a region. */
  set available(available) {
    byId("region").hidden = !available;
    if (!available) {
      this.drop();
    }
  }

  /** Removes the region. */
  drop() {
    this.#text = null;
    this.#cancel();
  }

  /** Adds a corner, or closes the polygon. */
  click(point, view) {
    const { width, height } = view.image;
    const corner = { x: Math.max(0, Math.min(1, point.x)), y: Math.max(0, Math.min(1, point.y)) };
    const near = (other) => Math.hypot((other.x - corner.x) * width, (other.y - corner.y) * height) <= NEAR * view.unit;
    if ([this.#corners[0], this.#corners.at(-1)].some((other) => other !== undefined && near(other))) {
      this.#close();
    } else {
      this.#corners.push(corner);
      this.#showCount();
    }
  }

  /** Returns whether it has used a key. */
  key(event, view) {
    if (!this.#drawing) {
      return false;
    }
    if (event.key in ARROWS) {
      this.#move(ARROWS[event.key], event.shiftKey ? 1 : STEP, view);
    } else if (event.key === " ") {
      this.click(this.#move([0, 0], 0, view), view);
    } else if (event.key === "Backspace") {
      this.#corners.pop();
      this.#showCount();
    } else if (event.key === "Enter") {
      this.#close();
    } else if (event.key === "Escape") {
      this.#cancel();
      byId("region-draw").focus();
    } else {
      return false;
    }
    return true;
  }

  paint(context, view) {
    const { width, height } = view.image;
    const inPixels = ({ x, y }) => ({ x: x * width, y: y * height });
    if (this.#corners.length > 0) {
      drawCorners(context, view, this.#corners.map(inPixels), !this.#drawing);
    }
    if (this.#cross !== null) {
      drawCross(context, view, inPixels(this.#cross));
    }
  }

  #begin() {
    this.#corners = [];
    this.#drawing = true;
    this.#ready = false;
    this.#show(HELP);
    this.#handlers.begin();
  }

  #close() {
    if (this.#corners.length < FEWEST) {
      this.#show(`A region has at least ${FEWEST} corners. ${HELP}`);
      return;
    }
    if (this.#handlers.immediate) {
      this.#use();
      this.#handlers.use();
      return;
    }
    this.#drawing = false;
    this.#ready = true;
    this.#cross = null;
    this.#show("The region is closed, but not in use yet.");
    byId("region-use").focus();
  }

  #use() {
    this.#text = this.#corners.map(({ x, y }) => `${decimals(x)},${decimals(y)}`).join(" ");
    this.#cancel();
  }

  /** Removes what is drawn; a region in use stays in use. */
  #cancel() {
    this.#corners = [];
    this.#drawing = false;
    this.#ready = false;
    this.#cross = null;
    this.#show(this.#text === null ? "" : IN_USE);
  }

  #move([right, down], step, view) {
    const from = this.#cross ?? {
      x: (view.left + view.width / 2) / view.image.width,
      y: (view.top + view.height / 2) / view.image.height,
    };
    const { width, height } = view.image;
    this.#cross = {
      x: Math.max(0, Math.min(1, from.x + (right * step * view.unit) / width)),
      y: Math.max(0, Math.min(1, from.y + (down * step * view.unit) / height)),
    };
    this.#handlers.redraw();
    return this.#cross;
  }

  #showCount() {
    const count = this.#corners.length;
    this.#show(`${count === 1 ? "One corner" : `${count} corners`}. A double click, a double tap or Enter closes the region.`);
  }

  #show(note) {
    byId("region-note").textContent = note;
    byId("region-draw").setAttribute("aria-pressed", `${this.#drawing}`);
    byId("region-use").hidden = !this.#ready;
    byId("region-clear").hidden = !this.#drawing && !this.#ready && this.#text === null;
    byId("pictures").classList.toggle("drawing", this.#drawing);
    this.#handlers.redraw();
  }
}

/** The service takes six decimals. */
function decimals(value) {
  return `${Number(value.toFixed(6))}`;
}
