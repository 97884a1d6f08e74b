"""Makes images for pretraining: crops of freely licensed textures, drawn surfaces and drawn objects.

Needs numpy, pillow and scipy, and the unpacked files of two Debian 12 packages:

    apt-get download supertuxkart-data=1.4+dfsg-2 ufoai-textures=2.5-2
    for p in *.deb; do dpkg-deb -x "$p" "packages/${p%%_*}"; done
    unzip -qd packages/ufoai-textures/files packages/ufoai-textures/usr/share/games/ufoai/base/0textures.pk3
    python3 images.py packages DATA

Textures are taken only if their license lets the weights be used and passed on without any condition but a notice: the
public domain, CC0 and MIT. DATA/train/good gets PNG files of 128x128, DATA/textures the crops alone, as a source of
anomalies, and DATA/sources.tsv the package, file, license and copyright holders of each texture. The same packages give
the same images.
"""

import fnmatch
import math
import os
import re
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

SIZE = 128
DRAWN = 1600
CANVAS = 256  # drawn images are halved, or cut out of the middle
CROPS = 10  # of each texture
FREE = re.compile(r"public-domain|CC0(-1\.0)?|Expat|MIT")
# Where each package has its textures, and how its copyright file begins their paths.
PACKAGES = {
    "supertuxkart-data": ("usr/share/games/supertuxkart", ""),
    "ufoai-textures": ("files", "base/"),
}
NO_PHOTO = re.compile(r"_nm|_norm|normal|_gloss|_gm|_spec|_alpha|_ao|/ao|lightmap|icon|_glow|mask|water|screenshot|gui")
FOLDERS = re.compile(r"textures/(?!ui|animated)|/tracks/|tex_")
ROWS, COLUMNS = np.mgrid[0:CANVAS, 0:CANVAS].astype(np.float32)


def field(paragraph, name):
    found = re.search(rf"^{name}:(.*?)(?=^\S|\Z)", paragraph, re.DOTALL | re.MULTILINE)
    return " ".join(found.group(1).split()) if found else ""


def terms(copyright_file):
    """Returns (pattern, license, holders) of each pattern of files in a Debian copyright file."""
    found = []
    for paragraph in re.split(r"\n\s*\n", copyright_file.read_text("utf8", "replace")):
        license_name = re.search(r"^License:\s*(.*)$", paragraph, re.MULTILINE)
        if license_name:
            rights = (license_name.group(1).strip(), field(paragraph, "Copyright"))
            found += [(pattern, *rights) for pattern in field(paragraph, "Files").split()]
    return found


def terms_of(path, patterns):
    """Returns license and holders of the last pattern that matches, as the format has it. Suffixes do not count:
    packages convert textures."""
    found = ("", "")
    for pattern, *rights in patterns:
        if fnmatch.fnmatchcase(path, pattern) or os.path.splitext(path)[0] == os.path.splitext(pattern)[0]:
            found = tuple(rights)
    return found


def photograph(file):
    """Returns the pixels of a picture with grain and many colors; None of small, flat, drawn and transparent ones."""
    try:
        image = Image.open(file)
        if min(image.size) < SIZE:
            return None
        transparent = image.mode in ("RGBA", "LA", "P")
        if transparent and (np.asarray(image.convert("RGBA"))[..., 3] < 250).mean() > 0.01:
            return None
        pixels = np.asarray(image.convert("RGB"))
    except (OSError, ValueError, NotImplementedError):
        return None
    gray = pixels.astype(np.float32).mean(2)
    grain = np.abs(gray - ndimage.gaussian_filter(gray, 1.5)).mean()
    flat = (np.abs(np.diff(gray, axis=1)) < 0.34).mean()
    colors = len(np.unique(pixels[::2, ::2].reshape(-1, 3), axis=0))
    return pixels if gray.std() >= 4 and grain >= 0.8 and flat <= 0.35 and colors >= 1500 else None


def crops(pixels, random):
    for _ in range(CROPS):
        height, width = pixels.shape[:2]
        side = SIZE * int(random.choice([1, 1, 2, 4]))
        while side > min(height, width):
            side //= 2
        top = random.integers(height - side + 1)
        left = random.integers(width - side + 1)
        image = Image.fromarray(pixels[top : top + side, left : left + side]).resize((SIZE, SIZE), Image.BOX)
        yield image.convert("L").convert("RGB") if random.random() < 0.35 else image


def unit(values):
    return values / (values.std() + 1e-6)


def color(random, gray):
    drawn = random.uniform(30, 225, 3)
    mean = drawn.mean()
    return np.full(3, mean) if gray else mean + (drawn - mean) * random.uniform()


def surface(random, gray, base=None):
    """Returns one color with fine grain, sometimes stretched as brushed metal, and coarse stains."""
    noise = random.standard_normal((2, CANVAS, CANVAS))
    fine = unit(
        ndimage.gaussian_filter(
            noise[0], random.choice([0.5, 1, 2, 4]) * np.array([1, random.choice([1, 1, 1, 6, 20])])
        )
    )
    coarse = unit(ndimage.gaussian_filter(noise[1], random.uniform(8, 40)))
    tint = 1 if gray else random.uniform(0.8, 1.2, 3)
    base = color(random, gray) if base is None else base
    return base[None, None] + (fine * random.uniform(0.5, 14) + coarse * random.uniform(0, 10))[..., None] * tint


def plain(random, gray, most_grain):
    grain = random.standard_normal((CANVAS, CANVAS, 1)) * random.uniform(0, most_grain)
    return color(random, gray)[None, None] + grain


def cylinder(across, radius):
    """Returns how a cylinder is lit from above."""
    return np.cos(np.clip(across / radius, -1, 1) * 1.4) - 0.6


def rotated(random, left, top):
    """Returns coordinates of all pixels from that point on, along two axes of a random direction."""
    angle = random.uniform(0, 2 * math.pi)
    x, y = COLUMNS - left, ROWS - top
    return x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)


def pattern(random, gray):
    """Returns a regular surface: waves, stripes, dots, bricks, weave or hexagons, somewhat bent."""
    x, y = rotated(random, *random.uniform(0, CANVAS, 2))
    if random.random() < 0.5:
        shifts = [unit(ndimage.gaussian_filter(random.standard_normal((CANVAS, CANVAS)), 12)) for _ in range(2)]
        strength = random.uniform(0, 2.5)
        x, y = x + shifts[0] * strength, y + shifts[1] * strength
    period = random.uniform(9, 48)
    u, v = x / period, y / (period * random.choice([1, 1, 0.5, 2]))
    kind = random.integers(7)
    if kind == 0:
        level = np.sin(2 * np.pi * u) * np.sin(2 * np.pi * v)
    elif kind == 1:
        level = np.sin(2 * np.pi * u)
    elif kind == 2:
        inside = np.hypot(u % 1 - 0.5, v % 1 - 0.5) < random.uniform(0.15, 0.42)
        level = 1 - 2 * ndimage.gaussian_filter(inside.astype(float), 1)
    elif kind == 3:
        joint = random.uniform(0.04, 0.15)
        inside = ((u + np.floor(v) % 2 / 2) % 1 < joint) | (v % 1 < joint)
        level = 1 - 2 * ndimage.gaussian_filter(inside.astype(float), 1)
    elif kind == 4:
        over = (np.floor(u) + np.floor(v)) % 2 > 0
        level = 2 * np.where(over, np.sin(np.pi * (u % 1)), np.sin(np.pi * (v % 1))) - 1
    elif kind == 5:
        level = np.maximum(np.sin(2 * np.pi * u), np.sin(2 * np.pi * v))
    else:
        angles = np.stack([u, u / 2 + v * math.sqrt(0.75), u / 2 - v * math.sqrt(0.75)])
        level = np.clip(np.cos(2 * np.pi * angles).sum(0), -1, 1)
    if random.random() < 0.3:
        level = np.sign(level) * np.abs(level) ** 0.3
    share = ((level + 1) / 2 * random.uniform(0.2, 0.9))[..., None]
    return surface(random, gray) * (1 - share) + color(random, gray) * share


def relief(random, mask):
    """Returns how a rounded edge of the part is lit from one side."""
    width = random.uniform(3, 30)
    height = np.minimum(ndimage.distance_transform_edt(mask) / width, 1)
    down, across = np.gradient(ndimage.gaussian_filter(np.sqrt(1 - (1 - height) ** 2), 1) * width)
    angle = random.uniform(0, 2 * math.pi)
    return math.cos(angle) * across + math.sin(angle) * down


def polygon(random, draw, x, y, radius):
    corners, start, regular = random.integers(3, 9), random.uniform(0, 2 * math.pi), random.random() < 0.7
    points = []
    for corner in range(corners):
        angle = start + 2 * math.pi * corner / corners + (0 if regular else random.uniform(-0.3, 0.3))
        distance = radius * (1 if regular else random.uniform(0.6, 1))
        points.append((x + distance * math.cos(angle), y + distance * math.sin(angle)))
    draw.polygon(points, fill=255)


class Scene:
    """Parts on a background."""

    def __init__(self, random, gray):
        self.random, self.gray = random, gray
        self.pixels = plain(random, gray, 3) if random.random() < 0.5 else surface(random, gray)
        self.x, self.y = CANVAS / 2 + random.uniform(-25, 25, 2)
        self.distance = np.hypot(COLUMNS - self.x, ROWS - self.y)

    def texture(self):
        return surface(self.random, self.gray) if self.random.random() < 0.6 else pattern(self.random, self.gray)

    def put(self, mask, texture, shade):
        opacity = ndimage.gaussian_filter(mask.astype(np.float32), 0.8)[..., None]
        self.pixels = self.pixels * (1 - opacity) + (texture + shade[..., None]) * opacity

    def part(self, mask):
        self.put(mask, self.texture(), relief(self.random, mask) * self.random.uniform(0, 60))

    def rings(self):
        radius = self.random.uniform(60, 118)
        for share in sorted(self.random.uniform(0.15, 1, self.random.integers(2, 6)), reverse=True):
            self.part(self.distance < radius * share)

    def screw(self):
        random = self.random
        x, y = rotated(random, self.x, self.y)
        length, half, pitch = random.uniform(70, 110), random.uniform(8, 22), random.uniform(5, 12)
        turn = x / pitch + 0.2 * y / half
        outline = half - random.uniform(0, 4) * np.abs(turn % 1 - 0.5) * 2
        metal = color(random, self.gray)
        lit = cylinder(y, half) * random.uniform(20, 90)
        lit += np.cos(2 * np.pi * turn) * random.uniform(5, 45)
        self.put((np.abs(x) < length) & (np.abs(y) < outline), surface(random, self.gray, metal), lit)
        if random.random() < 0.8:
            head = (
                (x > length - 5) & (x < length + random.uniform(8, 25)) & (np.abs(y) < half * random.uniform(1.3, 2.3))
            )
            self.put(head, surface(random, self.gray, metal), cylinder(y, 2 * half) * 70)

    def gear(self):
        random = self.random
        radius, angle = random.uniform(50, 105), np.arctan2(ROWS - self.y, COLUMNS - self.x)
        teeth = np.sign(np.sin(random.integers(6, 40) * angle + random.uniform(0, 6)))
        self.part(self.distance < radius * (1 + random.uniform(0.02, 0.12) * teeth))
        self.part(self.distance < radius * random.uniform(0.2, 0.7))
        holes = random.integers(0, 9)
        for hole in range(holes):
            at = 2 * math.pi * hole / holes
            x, y = self.x + 0.6 * radius * math.cos(at), self.y + 0.6 * radius * math.sin(at)
            self.part(np.hypot(COLUMNS - x, ROWS - y) < radius * 0.1)

    def pieces(self):
        random = self.random
        count = random.integers(1, 7)
        radius = random.uniform(20, 60) / math.sqrt(count) * 1.7
        texture, depth = self.texture(), random.uniform(0, 60)
        for _ in range(count):
            image = Image.new("L", (CANVAS, CANVAS))
            x, y = random.uniform(20, CANVAS - 20, 2)
            if random.random() < 0.5:
                flat = radius * random.uniform(0.6, 1)
                ImageDraw.Draw(image).ellipse([x - radius, y - flat, x + radius, y + flat], fill=255)
            else:
                polygon(random, ImageDraw.Draw(image), x, y, radius)
            mask = np.asarray(image) > 0
            if mask.sum() > 50:
                self.put(mask, texture, relief(random, mask) * depth)

    def board(self):
        random = self.random
        image = Image.new("L", (CANVAS, CANVAS))
        draw = ImageDraw.Draw(image)
        width, step = int(random.integers(3, 12)), int(random.integers(14, 36))
        for _ in range(random.integers(6, 22)):
            x, y = (int(at) * step + step // 2 for at in random.integers(0, CANVAS // step, 2))
            points = [(x, y)]
            for _ in range(random.integers(1, 5)):
                length, angle = step * int(random.integers(1, 5)), random.integers(8) * math.pi / 4
                x, y = x + length * math.cos(angle), y + length * math.sin(angle)
                points.append((x, y))
            draw.line(points, fill=255, width=width, joint="curve")
            for x, y in (points[0], points[-1]):
                draw.ellipse([x - width, y - width, x + width, y + width], fill=255)
        mask = np.asarray(image) > 0
        self.put(mask, plain(random, self.gray, 4), relief(random, mask) * random.uniform(0, 15))

    def boxes(self):
        random = self.random
        step = random.uniform(30, 80)
        mask = (COLUMNS + random.uniform(0, 50)) % step < step * random.uniform(0.4, 0.9)
        mask &= (ROWS + random.uniform(0, 50)) % (step * random.uniform(0.5, 1.5)) < step / 2
        self.part(mask)
        if random.random() < 0.5:
            self.part(mask & (COLUMNS % step < step * 0.2))

    def drawn(self):
        (self.rings, self.screw, self.gear, self.pieces, self.board, self.boxes)[self.random.integers(6)]()
        return self.pixels


def drawing(number):
    random = np.random.default_rng(1000 + number)
    gray, kind = random.random() < 0.5, random.random()
    pixels = (
        surface(random, gray) if kind < 0.15 else pattern(random, gray) if kind < 0.45 else Scene(random, gray).drawn()
    )
    if random.random() < 0.5:  # light that falls off to one side
        slope = math.cos(random.uniform(0, 6.28)) * (COLUMNS / CANVAS - 0.5)
        slope += math.sin(random.uniform(0, 6.28)) * (ROWS / CANVAS - 0.5)
        pixels = pixels * (1 + random.uniform(0, 0.35) * slope[..., None])
    pixels = pixels + random.standard_normal((CANVAS, CANVAS, 1)) * random.uniform(0, 6)
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    middle = (CANVAS - SIZE) // 2
    if kind < 0.45 and random.random() < 0.5:
        return image.crop((middle, middle, middle + SIZE, middle + SIZE))
    return image.resize((SIZE, SIZE), Image.BOX)


def main(packages, output):
    good = output / "train" / "good"
    crops_alone = output / "textures"
    good.mkdir(parents=True)
    crops_alone.mkdir()
    random = np.random.default_rng(11)
    with open(output / "sources.tsv", "w", encoding="utf8") as sources:
        sources.write("package\tfile\tlicense\tholders\n")
        for package, (subfolder, prefix) in PACKAGES.items():
            patterns = terms(packages / package / "usr/share/doc" / package / "copyright")
            textures = packages / package / subfolder
            number = 0
            for file in sorted(textures.rglob("*")):
                path = prefix + str(file.relative_to(textures))
                picture = file.suffix in (".png", ".jpg", ".dds") and FOLDERS.search(path)
                if not picture or NO_PHOTO.search(path.lower()):
                    continue
                license_name, holders = terms_of(path, patterns)
                if not FREE.fullmatch(license_name):
                    continue
                pixels = photograph(file)
                if pixels is None:
                    continue
                sources.write(f"{package}\t{path}\t{license_name}\t{holders}\n")
                for image in crops(pixels, random):
                    for folder in (good, crops_alone):
                        image.save(folder / f"{package}-{number:05d}.png")
                    number += 1
    for number in range(DRAWN):
        drawing(number).save(good / f"drawn-{number:05d}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
