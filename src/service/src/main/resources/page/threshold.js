/** A threshold that can be moved away from the model's own, and back. */
export class ThresholdSlider {
  #root;
  #range;
  #meaning;
  #own = null;
  #score = null;
  #moved = false;

  /**
   * @param meaning describes values above the threshold
   * @param onMove is called whenever the value changes
   */
  constructor(root, meaning, onMove) {
    this.#root = root;
    this.#range = root.querySelector("input");
    this.#meaning = meaning;
    this.#range.addEventListener("input", () => {
      this.#moved = true;
      this.#show();
      onMove();
    });
    root.querySelector("button").addEventListener("click", () => {
      this.reset();
      this.#range.focus();
      onMove();
    });
  }

  /** The value that was chosen, as text for a request; null for the model's own. */
  get chosen() {
    return this.#moved ? this.#range.value : null;
  }

  /** The value that holds. */
  get value() {
    return this.#moved ? Number(this.#range.value) : this.#own;
  }

  set own(value) {
    this.#own = value;
    this.#show();
  }

  /** Marks the position of the image on the scale; null for no image. */
  set score(value) {
    this.#score = value;
    this.#show();
    const mark = this.#root.querySelector(".score");
    mark.hidden = value === null;
    mark.style.setProperty("--at", value ?? 0);
  }

  reset() {
    this.#moved = false;
    this.#show();
  }

  #show() {
    if (this.#own === null) {
      return;
    }
    const own = this.#own.toFixed(3);
    if (!this.#moved) {
      this.#range.value = this.#own;
    }
    const value = this.value.toFixed(3);
    this.#root.querySelector("output").value = value;
    this.#range.setAttribute("aria-valuetext", this.#moved ? value : `${value}, the model's own`);
    this.#root.querySelector(".own").style.setProperty("--at", this.#own);
    this.#root.querySelector(".note").textContent = `${this.#meaning} The model's own (┃): ${own}.`
      + (this.#score === null ? "" : ` This image (●): ${this.#score.toFixed(3)}.`);
    this.#root.querySelector("button").hidden = !this.#moved;
  }
}
