/** Draws pictures on canvases, as large as a screen shows. */

const LARGEST = 1600;
/** Small images are drawn enlarged, so that outlines are finer than their pixels. */
const SMALLEST = 1024;

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

const MAP_COLORS = table((level) => color(INFERNO, level / 255));
const HEAT_COLORS = table((level) => color(TURBO, 0.62 + (level / 255) * 0.3));
const OUTLINE = "#ff00ff";

/** Returns the picture in a file, upright; null where the browser cannot read its format. */
export async function decode(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image", colorSpaceConversion: "none" });
  } catch {
    return null;
  }
}

/** Returns the size at which an image is drawn, and how many pixels of the canvas are one of the image. */
export function fit(image) {
  const longest = Math.max(image.width, image.height);
  const scale = Math.min(LARGEST / longest, Math.max(1, Math.ceil(SMALLEST / longest)));
  return {
    width: Math.max(1, Math.round(image.width * scale)),
    height: Math.max(1, Math.round(image.height * scale)),
    scale,
  };
}

/** Returns the pixels of a picture at a size. */
export function pixels(bitmap, size) {
  const context = new OffscreenCanvas(size.width, size.height).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, size.width, size.height);
  return context.getImageData(0, 0, size.width, size.height);
}

export function draw(canvas, picture) {
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

/** Draws an anomaly map: gray pixels, 255 for 1, in colors. */
export function drawMap(canvas, map) {
  const picture = new ImageData(map.width, map.height);
  for (let i = 0; i < map.data.length; i += 4) {
    picture.data.set(MAP_COLORS[map.data[i]], i);
    picture.data[i + 3] = 255;
  }
  draw(canvas, picture);
}

export function drawLegend(canvas) {
  const picture = new ImageData(256, 1);
  MAP_COLORS.forEach((rgb, level) => picture.data.set([...rgb, 255], 4 * level));
  draw(canvas, picture);
}

/**
 * Draws heat where the map is above the threshold, as the service does, and outlines the regions.
 *
 * @param range difference of the largest and smallest map value in calibration
 * @param marked index of the highlighted region; -1 for none
 */
export function drawOverlay(canvas, { photograph, map, threshold, range, regions, scale, marked }) {
  const picture = new ImageData(new Uint8ClampedArray(photograph.data), photograph.width, photograph.height);
  for (let i = 0; i < picture.data.length; i += 4) {
    const excess = map.data[i] / 255 - threshold;
    if (excess > 0) {
      const heat = range > 0 ? Math.min(1, (2 * excess) / range) : 1;
      const rgb = HEAT_COLORS[Math.round(heat * 255)];
      const opacity = 0.25 + heat * 0.45;
      for (let channel = 0; channel < 3; channel++) {
        picture.data[i + channel] += opacity * (rgb[channel] - picture.data[i + channel]);
      }
    }
  }
  draw(canvas, picture);
  const context = canvas.getContext("2d");
  const thickness = 1 + Math.max(canvas.width, canvas.height) / 400;
  context.lineJoin = "round";
  regions.forEach((region, index) => {
    context.beginPath();
    region.polygon.forEach(([x, y]) => context.lineTo(x * scale, y * scale));
    context.closePath();
    stroke(context, thickness * (index === marked ? 3.5 : 2), index === marked ? "#fff" : "rgb(0 0 0 / 55%)");
    stroke(context, thickness, OUTLINE);
  });
}

function stroke(context, width, color) {
  context.lineWidth = width;
  context.strokeStyle = color;
  context.stroke();
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
