/** Draws marks on an image: positions in pixels of the image, widths in `view.unit`, that is pixels of the screen. */

const OUTLINE = "#ff00ff";
const SHADOW = "rgb(0 0 0 / 55%)";
const FAINT = "rgb(255 0 255 / 55%)";
const LIGHT = "#fff";
/** Smaller regions get a box of so many pixels of the screen, so that they are seen and can be clicked. */
const SMALLEST_BOX = 22;
const MARGIN = 6;
/** Regions larger than so many pixels of the screen are seen without a box: it is faint. */
const LARGE = 24;
/** More numbers would hide the image. */
const MOST_NUMBERS = 20;
/** Smaller pictures have no numbers and no tiles. */
const SMALLEST_PICTURE = 320;

/** Draws the outline of each region, thinner where it would cover the region. */
export function drawOutlines(context, view, regions) {
  const thickness = (1 + view.side / 500) * view.unit;
  for (const { box, polygon } of regions) {
    const width = Math.min(thickness, Math.max(view.unit, Math.min(box.width, box.height) / 6));
    trace(context, polygon.map(([x, y]) => ({ x, y })));
    stroke(context, 2 * width, SHADOW);
    stroke(context, width, OUTLINE);
  }
}

/** Draws the boxes of all regions but the marked one, whose box is on all pictures. */
export function drawBoxes(context, view, regions, marked) {
  regions.forEach((region, index) => {
    if (index !== marked) {
      drawBox(context, view, region, index < MOST_NUMBERS ? index + 1 : null, false);
    }
  });
}

/** Draws the box of the region that is marked. */
export function drawMarked(context, view, region, number) {
  drawBox(context, view, region, number, true);
}

/** Returns the index of the smallest box around a point; -1 for none. */
export function regionAt(view, regions, { x, y }) {
  const around = regions
    .map((region, index) => ({ ...boxOf(view, region), index }))
    .filter((box) => x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height)
    .sort((a, b) => a.width * a.height - b.width * b.height);
  return around[0]?.index ?? -1;
}

/** Draws the tiles that an image was cut into; those that did not run are dashed. */
export function drawTiles(context, view, tiles) {
  if (view.side < SMALLEST_PICTURE) {
    return;
  }
  for (const run of [false, true]) {
    context.beginPath();
    tiles.filter((tile) => tile.run === run).forEach(({ x, y, width, height }) => context.rect(x, y, width, height));
    context.setLineDash(run ? [] : [3 * view.unit, 5 * view.unit]);
    stroke(context, 2 * view.unit, "rgb(0 0 0 / 35%)");
    stroke(context, view.unit, "#4fe3ff");
  }
  context.setLineDash([]);
}

/** Darkens what is outside of all polygons, points relative to the image, as the service does. */
export function drawShade(context, view, polygons) {
  if (polygons.length === 0) {
    return;
  }
  const { width, height } = view.image;
  const inPixels = polygons.map((polygon) => polygon.map(([x, y]) => ({ x: x * width, y: y * height })));
  context.save();
  for (const polygon of inPixels) {
    // Outside of one polygon after the other, each by the even-odd rule.
    trace(context, polygon);
    context.rect(0, 0, width, height);
    context.clip("evenodd");
  }
  context.fillStyle = "rgb(0 0 0 / 60%)";
  context.fillRect(0, 0, width, height);
  context.restore();
  for (const polygon of inPixels) {
    trace(context, polygon);
    stroke(context, 1.5 * view.unit, LIGHT);
  }
}

/** Draws a polygon that is not finished, or not in use yet. */
export function drawCorners(context, view, corners, closed) {
  trace(context, corners, closed);
  stroke(context, 4 * view.unit, SHADOW);
  context.setLineDash([6 * view.unit, 4 * view.unit]);
  stroke(context, 2 * view.unit, LIGHT);
  context.setLineDash([]);
  for (const { x, y } of corners) {
    context.beginPath();
    context.arc(x, y, 4 * view.unit, 0, 2 * Math.PI);
    context.fillStyle = LIGHT;
    context.fill();
    stroke(context, view.unit, SHADOW);
  }
}

export function drawCross(context, view, { x, y }) {
  const arm = 12 * view.unit;
  context.beginPath();
  context.moveTo(x - arm, y);
  context.lineTo(x + arm, y);
  context.moveTo(x, y - arm);
  context.lineTo(x, y + arm);
  stroke(context, 4 * view.unit, SHADOW);
  stroke(context, 2 * view.unit, LIGHT);
}

function boxOf(view, { box }) {
  const width = Math.max(box.width + 2 * MARGIN * view.unit, SMALLEST_BOX * view.unit);
  const height = Math.max(box.height + 2 * MARGIN * view.unit, SMALLEST_BOX * view.unit);
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
}

function drawBox(context, view, region, number, marked) {
  const box = boxOf(view, region);
  if (box.x > view.left + view.width || box.x + box.width < view.left
    || box.y > view.top + view.height || box.y + box.height < view.top) {
    return;
  }
  context.beginPath();
  context.rect(box.x, box.y, box.width, box.height);
  if (marked) {
    stroke(context, 5.5 * view.unit, LIGHT);
    stroke(context, 2.5 * view.unit, OUTLINE);
  } else if (Math.max(region.box.width, region.box.height) > LARGE * view.unit) {
    stroke(context, view.unit, FAINT);
  } else {
    stroke(context, 3.5 * view.unit, SHADOW);
    stroke(context, 1.5 * view.unit, OUTLINE);
  }
  if (number !== null && view.side >= SMALLEST_PICTURE) {
    drawNumber(context, view, box, `${number}`);
  }
}

/** Writes a number at the corner of a box, above it where there is space, in pixels of the canvas. */
function drawNumber(context, view, box, text) {
  const pixel = view.unit * view.scale;
  const height = 16 * pixel;
  const left = (Math.max(box.x, view.left) - view.left) * view.scale;
  const top = (box.y - view.top) * view.scale;
  context.save();
  context.resetTransform();
  context.font = `600 ${12 * pixel}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  const width = context.measureText(text).width + 8 * pixel;
  const y = top >= height ? top - height : top;
  context.fillStyle = "#8a008a";
  context.fillRect(left, y, width, height);
  context.fillStyle = LIGHT;
  context.fillText(text, left + 4 * pixel, y + height / 2);
  context.restore();
}

function trace(context, corners, closed = true) {
  context.lineJoin = "round";
  context.beginPath();
  corners.forEach(({ x, y }) => context.lineTo(x, y));
  if (closed) {
    context.closePath();
  }
}

function stroke(context, width, color) {
  context.lineWidth = width;
  context.strokeStyle = color;
  context.stroke();
}
