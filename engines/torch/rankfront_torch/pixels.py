"""Images as bytes: resized as Pillow does it, cropped, flipped, and changed in colour, number for number as in rankfront.

An image is height x width x 3, unsigned bytes, R, G, B.
"""

import math

import numpy

_BITS = 22


def resized(image, width, height):
    """Bilinear with antialiasing, as Pillow's `Image.resize` with BILINEAR (libImaging/Resample.c), bit for bit."""
    if width != image.shape[1]:
        image = _resampled(image, width, 1)
    return image if height == image.shape[0] else _resampled(image, height, 0)


def _resampled(image, m, axis):
    first, weights = _weights(image.shape[axis], m)
    n = image.shape[axis]
    total = None
    for tap in range(weights.shape[1]):
        places = numpy.minimum(first + tap, n - 1)
        taken = numpy.take(image, places, axis=axis).astype(numpy.int64)
        share = weights[:, tap].reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        total = taken * share if total is None else total + taken * share
    return numpy.minimum(255, (total + (1 << (_BITS - 1))) >> _BITS).astype(numpy.uint8)


def _weights(n, m):
    s = n / m
    f = max(s, 1)
    taps = math.ceil(f) * 2 + 1
    first = numpy.zeros(m, numpy.int64)
    fixed = numpy.zeros((m, taps), numpy.int64)
    for i in range(m):
        c = (i + 0.5) * s
        start = max(0, math.trunc(c - f + 0.5))
        end = min(n, math.trunc(c + f + 0.5))
        row = [max(0.0, 1 - abs((j - c + 0.5) * (1 / f))) for j in range(start, end)]
        total = sum(row)
        first[i] = start
        for k, weight in enumerate(row):
            fixed[i, k] = math.trunc(0.5 + (weight if total == 0 else weight / total) * (1 << _BITS))
    return first, fixed


def resized_short_side(image, short):
    height, width = image.shape[:2]
    if width <= height:
        return resized(image, short, short * height // width)
    return resized(image, short * width // height, short)


def centre_crop(image, height, width):
    """The centre; what is too small is padded with zeros first. Planes R, G, B."""
    top, left = _offset(image.shape[0], height), _offset(image.shape[1], width)
    return _window(image, left, top, width, height).transpose(2, 0, 1)


def _offset(have, want):
    return round((have - want) / 2) if have >= want else -((want - have) // 2)


def _window(image, left, top, width, height):
    """The window at (left, top); zeros outside the image."""
    h, w = image.shape[:2]
    if left >= 0 and top >= 0 and left + width <= w and top + height <= h:
        return image[top : top + height, left : left + width]
    out = numpy.zeros((height, width, 3), numpy.uint8)
    y0, y1 = max(0, -top), min(height, h - top)
    x0, x1 = max(0, -left), min(width, w - left)
    if y1 > y0 and x1 > x0:
        out[y0:y1, x0:x1] = image[y0 + top : y1 + top, x0 + left : x1 + left]
    return out


def augmented(image, augmentation, transform, rng):
    """Planes of what the network is shown of `image` in training."""
    crop, jitter, resize = augmentation["crop"], augmentation["jitter"], transform["resize"]
    if crop["kind"] == "resized":
        left, top, width, height = crop_box(image.shape[1], image.shape[0], crop["scale"], crop["ratio"], rng)
        part = image[top : top + height, left : left + width]
        image = resized(part, transform["width"], transform["height"])
    else:
        image = image if resize is None else resized_short_side(image, resize)
        if crop["kind"] == "pad":
            padding = crop["padding"]
            left = rng.integer(2 * padding + 1) - padding
            top = rng.integer(2 * padding + 1) - padding
            image = _window(image, left, top, image.shape[1], image.shape[0])
    if rng.uniform() < augmentation["flip"]:
        image = image[:, ::-1]
    if jitter:
        image = colour_jitter(image, jitter, rng)
    return centre_crop(image, transform["height"], transform["width"])


def crop_box(width, height, scale, ratio, rng):
    """A random part as torchvision's RandomResizedCrop draws it: left, top, width, height."""
    area = width * height
    for _ in range(10):
        target = area * (scale[0] + (scale[1] - scale[0]) * rng.uniform())
        low, high = math.log(ratio[0]), math.log(ratio[1])
        aspect = math.exp(low + (high - low) * rng.uniform())
        w, h = math.floor(math.sqrt(target * aspect) + 0.5), math.floor(math.sqrt(target / aspect) + 0.5)
        if 0 < w <= width and 0 < h <= height:
            return rng.integer(width - w + 1), rng.integer(height - h + 1), w, h
    have = width / height
    w = math.floor(height * ratio[1] + 0.5) if have > ratio[1] else width
    h = math.floor(width / ratio[0] + 0.5) if have < ratio[0] else height
    return (width - w) >> 1, (height - h) >> 1, w, h


def colour_jitter(image, strength, rng):
    """Brightness, contrast, saturation and hue in random order, with the rounding of Pillow's ImageEnhance."""
    changes = []
    for name, middle, change in (
        ("brightness", 1, lambda x, f: _blended(x, numpy.float32(0), f)),
        ("contrast", 1, _with_contrast),
        ("saturation", 1, lambda x, f: _blended(x, _luminance(x)[..., None], f)),
        ("hue", 0, _turned),
    ):
        reach = strength[name]
        if reach != 0:
            changes.append((change, middle + reach * (2 * rng.uniform() - 1)))
    for change, factor in rng.shuffled(changes):
        image = change(image, factor)
    return image


def _luminance(image):
    r, g, b = (image[..., i].astype(numpy.int64) for i in range(3))
    return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16


def _with_contrast(image, factor):
    return _blended(image, numpy.float32(math.trunc(float(_luminance(image).mean()) + 0.5)), factor)


def _blended(image, other, factor):
    """other + factor (image - other) in single precision, cut off to a byte."""
    other = numpy.asarray(other, numpy.float32)
    value = other + numpy.float32(factor) * (image.astype(numpy.float32) - other)
    return numpy.clip(value, 0, 255).astype(numpy.uint8)


def _turned(image, turn):
    """The hue turned by way of Pillow's 8-bit HSV."""
    steps = math.trunc(turn * 255) & 255
    r, g, b = (image[..., i].astype(numpy.float64) for i in range(3))
    most, least = numpy.maximum(numpy.maximum(r, g), b), numpy.minimum(numpy.minimum(r, g), b)
    spread = most - least
    grey = spread == 0
    safe = numpy.where(grey, 1, spread)
    share = lambda value: ((most - value) / safe).astype(numpy.float32).astype(numpy.float64)
    sector = numpy.where(
        r == most, share(b) - share(g), numpy.where(g == most, 2 + share(r) - share(b), 4 + share(g) - share(r))
    )
    hue = ((sector.astype(numpy.float32).astype(numpy.float64) / 6 + 1) % 1).astype(numpy.float32).astype(numpy.float64)
    h = numpy.where(grey, 0, numpy.trunc(hue * 255)).astype(numpy.int64)
    top = numpy.where(most == 0, 1, most)
    s = numpy.where(grey, 0, numpy.trunc((spread / top).astype(numpy.float32).astype(numpy.float64) * 255))
    return _rgb((h + steps) & 255, s, most)


def _rgb(h, s, v):
    single = lambda value: value.astype(numpy.float32).astype(numpy.float64)
    rounded = lambda value: numpy.floor(value + 0.5)
    sector = numpy.floor((h * 6) / 255)
    f = single(single((h * 6) / 255) - sector)
    fs = single(s / 255)
    p, q, t = rounded(v * (1 - fs)), rounded(v * (1 - fs * f)), rounded(v * (1 - fs * (1 - f)))
    which = (sector.astype(numpy.int64) % 6)[None]
    planes = [
        numpy.choose(which[0], choice) for choice in ((v, q, p, p, t, v), (t, v, v, q, p, p), (p, p, t, v, v, q))
    ]
    out = numpy.stack(planes, axis=-1)
    return numpy.where((s == 0)[..., None], v[..., None], out).astype(numpy.uint8)
