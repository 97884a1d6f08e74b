/** One view of an image for several canvases: all show the same part of it, each at its own size. */

/** A button or a key zooms by this factor. */
const STEP = 1.5;
/** An arrow key moves the view by this part of it. */
const PAN = 0.15;
/** A pixel of the image becomes no larger than so many of the screen. */
const LARGEST_PIXEL = 16;
/** A pointer that moves less, in CSS pixels, clicks. */
const CLICK = 5;
/** A wheel that scrolls does not zoom, and the other way round, before it has rested for so many milliseconds. */
const REST = 250;

/** The directions of the arrow keys, to the right and down. */
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const byId = (id) => document.getElementById(id);

/** Points are relative to the image: from (0, 0) at its top left to (1, 1) at its bottom right corner. */
export class Viewer {
  #canvases;
  #handlers;
  #main;
  #image = null;
  /** 1 where the whole image fits into the canvas. */
  #zoom = 1;
  #x = 0.5;
  #y = 0.5;
  #pointers = new Map();
  #travel = 0;
  /** When the wheel last scrolled the page, and when it last zoomed. */
  #scrolled = -Infinity;
  #wheeled = -Infinity;
  #frame = 0;

  /**
   * @param handlers `paint(canvas, context, view)` draws in pixels of the image; `click(point, view)`;
   *     `hover(point, view)` returns whether there is something to click; `key(event, view)` returns whether it has used
   *     the key; `center(view)` returns the point that buttons and keys zoom about, null for the middle of the view
   */
  constructor(canvases, handlers) {
    this.#canvases = canvases;
    this.#handlers = handlers;
    [this.#main] = canvases;
    const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => this.#resized(target)));
    for (const canvas of canvases) {
      sizes.observe(canvas);
      this.#listen(canvas);
    }
    byId("zoom-out").addEventListener("click", () => this.zoomOut());
    byId("zoom-in").addEventListener("click", () => this.zoomIn());
    byId("zoom-fit").addEventListener("click", () => this.fit());
    byId("zoom-actual").addEventListener("click", () => this.actualSize());
    window.addEventListener("wheel", (event) => {
      if (!event.defaultPrevented) {
        this.#scrolled = event.timeStamp;
      }
    }, { passive: true });
  }

  /** The canvas that limits the view and whose scale is shown. */
  set main(canvas) {
    this.#main = canvas;
    for (const other of this.#canvases) {
      other.tabIndex = other === canvas ? 0 : -1;
    }
    this.#changed();
  }

  /** Takes another image, and shows the `whole` of it or the same part as before. */
  show(image, whole) {
    this.#image = image;
    if (whole) {
      this.fit();
    } else {
      this.#changed();
    }
  }

  zoomIn() {
    this.#zoomBy(STEP, this.#anchor());
  }

  zoomOut() {
    this.#zoomBy(1 / STEP, this.#anchor());
  }

  /** Shows the whole image. */
  fit() {
    this.#zoom = 1;
    this.#changed();
  }

  /** Shows a pixel of the image on a pixel of the screen. */
  actualSize() {
    this.#zoomTo(1 / this.#fitting(), this.#anchor());
  }

  /** Moves the view only if a point is outside of it. */
  reveal(point) {
    const view = this.#view(this.#shown());
    const x = point.x * view.image.width - view.left;
    const y = point.y * view.image.height - view.top;
    if (x < 0 || y < 0 || x > view.width || y > view.height) {
      this.#x = point.x;
      this.#y = point.y;
      this.#changed();
    }
  }

  focus() {
    this.#shown().focus({ preventScroll: true });
  }

  /** Draws all canvases before the screen shows them next. */
  draw() {
    if (this.#frame === 0) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#canvases.forEach((canvas) => this.#paint(canvas));
      });
    }
  }

  #listen(canvas) {
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button === 0 && this.#image !== null) {
        canvas.setPointerCapture(event.pointerId);
        this.#travel = this.#pointers.size === 0 ? 0 : Infinity;
        this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      }
    });
    canvas.addEventListener("pointermove", (event) => this.#moved(canvas, event));
    canvas.addEventListener("pointerup", (event) => {
      if (this.#pointers.delete(event.pointerId) && this.#pointers.size === 0 && this.#travel <= CLICK) {
        this.#handlers.click(this.#at(canvas, event.clientX, event.clientY), this.#view(canvas));
      }
    });
    canvas.addEventListener("pointercancel", (event) => this.#pointers.delete(event.pointerId));
    canvas.addEventListener("wheel", (event) => this.#wheel(canvas, event), { passive: false });
    canvas.addEventListener("keydown", (event) => this.#key(canvas, event));
  }

  #moved(canvas, event) {
    if (this.#image === null) {
      return;
    }
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined) {
      const point = this.#at(canvas, event.clientX, event.clientY);
      canvas.classList.toggle("on-mark", this.#handlers.hover(point, this.#view(canvas)));
      return;
    }
    const after = { x: event.clientX, y: event.clientY };
    this.#pointers.set(event.pointerId, after);
    this.#travel += distance(before, after);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other === undefined) {
      if (this.#travel > CLICK) {
        this.#drag(canvas, after.x - before.x, after.y - before.y);
      }
    } else {
      const x = (before.x + other.x) / 2;
      const y = (before.y + other.y) / 2;
      this.#zoomBy(distance(after, other) / Math.max(1, distance(before, other)), this.#at(canvas, x, y));
      this.#drag(canvas, (after.x - before.x) / 2, (after.y - before.y) / 2);
    }
  }

  #wheel(canvas, event) {
    if (this.#image === null || event.deltaY === 0) {
      return;
    }
    const recent = (time) => event.timeStamp - time < REST;
    const atEnd = event.deltaY < 0 ? this.#zoom >= this.#largest() : this.#zoom <= 1;
    const scrolls = atEnd ? !recent(this.#wheeled) : !event.ctrlKey && recent(this.#scrolled);
    if (scrolls) {
      return;
    }
    event.preventDefault();
    this.#wheeled = event.timeStamp;
    if (atEnd) {
      return;
    }
    // A pinch on a touchpad comes as small steps of a wheel with the Control key.
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 32) * (event.ctrlKey ? 5 : 1);
    const factor = Math.exp(-Math.max(-120, Math.min(120, pixels)) / 400);
    this.#zoomBy(factor, this.#at(canvas, event.clientX, event.clientY));
  }

  #key(canvas, event) {
    if (this.#image === null || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    if (this.#handlers.key(event, this.#view(canvas)) || this.#viewKey(event.key)) {
      event.preventDefault();
    }
  }

  /** Returns whether the view has used a key: arrows of a view that cannot move scroll the page. */
  #viewKey(key) {
    switch (key) {
      case "+":
      case "=":
        this.zoomIn();
        return true;
      case "-":
        this.zoomOut();
        return true;
      case "0":
        this.fit();
        return true;
      case "1":
        this.actualSize();
        return true;
      default:
        return key in ARROWS && this.#pan(...ARROWS[key]);
    }
  }

  #pan(right, down) {
    const [x, y] = [this.#x, this.#y];
    const { width, height, image } = this.#view(this.#shown());
    this.#x += right * PAN * (width / image.width);
    this.#y += down * PAN * (height / image.height);
    this.#changed();
    return this.#x !== x || this.#y !== y;
  }

  /** Moves what is shown by CSS pixels. */
  #drag(canvas, right, down) {
    const { unit, image } = this.#view(canvas);
    this.#x -= (right * unit) / image.width;
    this.#y -= (down * unit) / image.height;
    this.#changed();
  }

  #zoomBy(factor, about) {
    this.#zoomTo(Math.max(this.#zoom * factor, Math.min(1, this.#zoom)), about);
  }

  /** Zooms so that a point stays in its position on the screen. */
  #zoomTo(wanted, about) {
    const zoom = Math.min(wanted, this.#largest());
    const kept = this.#zoom / zoom;
    this.#x = about.x + (this.#x - about.x) * kept;
    this.#y = about.y + (this.#y - about.y) * kept;
    this.#zoom = zoom;
    this.#changed();
  }

  #anchor() {
    return this.#handlers.center(this.#view(this.#shown())) ?? { x: this.#x, y: this.#y };
  }

  #largest() {
    return Math.max(1, LARGEST_PIXEL / this.#fitting());
  }

  /** Keeps the image in sight, and draws it. */
  #changed() {
    if (this.#image === null) {
      return;
    }
    const { width, height, image } = this.#view(this.#shown());
    this.#x = within(this.#x, width / image.width);
    this.#y = within(this.#y, height / image.height);
    const percent = 100 * this.#fitting() * this.#zoom;
    byId("zoom").value = `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
    byId("pictures").classList.toggle("zoomed", this.#zoom > 1);
    this.draw();
  }

  #resized(canvas) {
    if (canvas.clientWidth > 0) {
      canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
      canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
      this.#changed();
      this.#paint(canvas);
    }
  }

  #paint(canvas) {
    const context = canvas.getContext("2d");
    context.resetTransform();
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (this.#image !== null && !canvas.hidden) {
      const view = this.#view(canvas);
      const { scale } = view;
      context.setTransform(scale, 0, 0, scale, -view.left * scale, -view.top * scale);
      this.#handlers.paint(canvas, context, view);
    }
  }

  /** Returns the main canvas, or another one where there is no picture for it. */
  #shown() {
    return this.#main.hidden ? this.#canvases.find((canvas) => !canvas.hidden) ?? this.#main : this.#main;
  }

  #fitting() {
    return fitting(this.#shown(), this.#image);
  }

  /**
   * Returns what a canvas shows: `scale`, pixels of the canvas per pixel of the image; `unit`, pixels of the image per
   * CSS pixel; `side`, CSS pixels of its longer side; the rest in pixels of the image.
   */
  #view(canvas) {
    const image = this.#image;
    const scale = fitting(canvas, image) * this.#zoom;
    const width = canvas.width / scale;
    const height = canvas.height / scale;
    return {
      image,
      scale,
      unit: devicePixelRatio / scale,
      side: Math.max(canvas.width, canvas.height) / devicePixelRatio,
      left: this.#x * image.width - width / 2,
      top: this.#y * image.height - height / 2,
      width,
      height,
    };
  }

  /** Returns the point of the image at a position in the window. */
  #at(canvas, clientX, clientY) {
    const { left, top } = canvas.getBoundingClientRect();
    const view = this.#view(canvas);
    return {
      x: (view.left + (clientX - left) * view.unit) / view.image.width,
      y: (view.top + (clientY - top) * view.unit) / view.image.height,
    };
  }
}

function fitting(canvas, image) {
  return Math.min(canvas.width / image.width, canvas.height / image.height);
}

/** Returns the center nearest to one at which a part of so much of the image is inside of it. */
function within(center, part) {
  return part >= 1 ? 0.5 : Math.max(part / 2, Math.min(1 - part / 2, center));
}

function distance(a, b) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
