/** Makes the pictures that the view shows. A large image is drawn from its bitmap, never from a copy of its pixels. */

/** Longest side of the pictures that the page asks the service for, and of those that it computes. */
export const LARGEST = 1600;
/** A map of a small image is computed enlarged, so that the edges of its heat are finer than its pixels. */
const SMALLEST = 1024;
/** Longest side below which a picture has no smaller copy. */
const THUMBNAIL = 256;

/** Inferno, by M. Zucker's polynomials (CC0): lightness rises evenly, also without color vision and in gray. */
const INFERNO = [
  [0.000219, 0.106513, 11.602493, -41.703996, 77.162936, -71.319428, 25.131126],
  [0.001651, 0.563956, -3.972854, 17.436399, -33.402359, 32.626064, -12.242669],
  [-0.019481, 3.932712, -15.942394, 44.354145, -81.807309, 73.20952, -23.070325],
];

/** The heat of the service's own overlay: the warm end of Turbo (R. Du's fit, Apache-2.0), yellow to red. */
const TURBO = [
  [0.13572138, 4.6153926, -42.66032258, 132.13108234, -152.94239396, 59.28637943],
  [0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604],
  [0.1066733, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973],
];

/** Magenta, through which the image can be seen. */
const REGION = [255, 0, 255, 90];

const MAP_COLORS = table((level) => color(INFERNO, level / 255));
const HEAT_COLORS = table((level) => color(TURBO, 0.62 + (level / 255) * 0.3));

/** Returns the picture in a file, upright; null where the browser cannot read its format. */
export async function decode(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image", colorSpaceConversion: "none" });
  } catch {
    return null;
  }
}

/** Returns the size at which the heat and the map of an image are computed. */
export function fit(image) {
  const longest = Math.max(image.width, image.height);
  const scale = Math.min(LARGEST / longest, Math.max(1, Math.ceil(SMALLEST / longest)));
  return { width: Math.max(1, Math.round(image.width * scale)), height: Math.max(1, Math.round(image.height * scale)) };
}

/** Returns the pixels of a picture at a size. */
export function pixels(bitmap, size) {
  const context = new OffscreenCanvas(size.width, size.height).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, size.width, size.height);
  return context.getImageData(0, 0, size.width, size.height);
}

/** Returns a picture and its copies of half the size, a quarter and so on, the smallest first. */
export function levels(picture) {
  const all = [picture];
  while (Math.max(all[0].width, all[0].height) > THUMBNAIL) {
    const [larger] = all;
    const half = new OffscreenCanvas(Math.ceil(larger.width / 2), Math.ceil(larger.height / 2));
    half.getContext("2d").drawImage(larger, 0, 0, half.width, half.height);
    all.unshift(half);
  }
  return all;
}

/** Draws the part of a picture of the whole image that a view shows, from the smallest copy with enough pixels. */
export function drawPart(context, copies, { image, scale, left, top, width, height }) {
  const picture = copies.find((copy) => copy.width >= image.width * scale) ?? copies.at(-1);
  const across = picture.width / image.width;
  const down = picture.height / image.height;
  const x = Math.max(0, Math.floor(left * across));
  const y = Math.max(0, Math.floor(top * down));
  const columns = Math.min(picture.width, Math.ceil((left + width) * across) + 1) - x;
  const rows = Math.min(picture.height, Math.ceil((top + height) * down) + 1) - y;
  if (columns > 0 && rows > 0) {
    context.imageSmoothingQuality = scale > across ? "high" : "low";
    context.drawImage(picture, x, y, columns, rows, x / across, y / down, columns / across, rows / down);
  }
}

/** Returns an anomaly map, gray pixels with 255 for 1, in colors. */
export function colored(map) {
  const picture = new ImageData(map.width, map.height);
  for (let i = 0; i < map.data.length; i += 4) {
    picture.data.set(MAP_COLORS[map.data[i]], i);
    picture.data[i + 3] = 255;
  }
  return canvasOf(picture);
}

/**
 * Returns the heat where the map is above the threshold, as the service draws it, transparent elsewhere.
 *
 * @param range difference of the largest and smallest map value in calibration
 */
export function heat(map, threshold, range) {
  const picture = new ImageData(map.width, map.height);
  for (let i = 0; i < map.data.length; i += 4) {
    const excess = map.data[i] / 255 - threshold;
    if (excess > 0) {
      const part = range > 0 ? Math.min(1, (2 * excess) / range) : 1;
      picture.data.set(HEAT_COLORS[Math.round(part * 255)], i);
      picture.data[i + 3] = 255 * (0.25 + part * 0.45);
    }
  }
  return canvasOf(picture);
}

/** Returns the color of regions where a mask, gray pixels, is white, transparent elsewhere. */
export function tinted(mask) {
  const picture = new ImageData(mask.width, mask.height);
  for (let i = 0; i < mask.data.length; i += 4) {
    if (mask.data[i] > 127) {
      picture.data.set(REGION, i);
    }
  }
  return canvasOf(picture);
}

export function drawLegend(canvas) {
  const picture = new ImageData(256, 1);
  MAP_COLORS.forEach((rgb, level) => picture.data.set([...rgb, 255], 4 * level));
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

function canvasOf(picture) {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}

function table(colorOf) {
  return Array.from({ length: 256 }, (_, level) => colorOf(level));
}

function color(polynomials, x) {
  return polynomials.map((polynomial) => {
    const value = polynomial.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
    return Math.round(255 * Math.min(1, Math.max(0, value)));
  });
}
