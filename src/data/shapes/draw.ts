/**
 * One image of 32 x 32 pixels: a shape or a patch of a texture, anywhere, of any size, turn and colours, over an uneven
 * background with a stroke across it and noise. What tells the classes apart is form alone: a linear model of the pixels finds
 * next to nothing, a small convolutional network nearly all.
 */
import { keyedRng } from '../../random/keyed-rng.ts';
import type { Rng } from '../../random/rng.ts';
import type { RgbImage } from '../resize.ts';
import { crescent, cross, disc, type Outline, regular, ring, star } from './outline.ts';

export const shapesSide = 32;

interface Kind {
  readonly outline: Outline;
  /** Which of two colours stands at a point, 0 or 1; null for one colour. */
  readonly texture: ((x: number, y: number) => number) | null;
}

const plain = (outline: Outline): Kind => ({ outline, texture: null });
/** Periods of the textures in radii of the patch. */
const period = 0.55;
const band = (at: number): number => Math.floor((2 * at) / period) & 1;
const kinds: Readonly<Record<string, Kind>> = {
  disc: plain(disc),
  ring: plain(ring),
  crescent: plain(crescent),
  triangle: plain(regular(3)),
  square: plain(regular(4)),
  star: plain(star(5, 0.42)),
  cross: plain(cross),
  stripes: { outline: disc, texture: band },
  checks: { outline: disc, texture: (x, y) => band(x) ^ band(y) },
  dots: {
    outline: disc,
    texture: (x, y) => ((((x / period + 100) % 1) - 0.5) ** 2 + (((y / period + 100) % 1) - 0.5) ** 2 < 0.09 ? 1 : 0),
  },
};

export const shapeNames: readonly string[] = Object.keys(kinds);
export const classOf = (index: number): number => index % shapeNames.length;

export function drawShape(
  seed: number,
  split: 'train' | 'validation',
  index: number,
): { readonly image: RgbImage; readonly label: number } {
  const label = classOf(index);
  const rng = keyedRng(seed, split === 'train' ? 1 : 2, index);
  return { image: drawn(kinds[shapeNames[label]!]!, rng), label };
}

type Colour = readonly [number, number, number];

function drawn({ outline, texture }: Kind, rng: Rng): RgbImage {
  const between = (low: number, high: number): number => low + (high - low) * rng.uniform();
  const background = backgroundOf(rng);
  const [first, second] = contrasting(rng);
  const radius = between(6.5, 11.5);
  const reach = shapesSide / 2 - 0.75 * radius;
  const centreX = shapesSide / 2 + between(-reach, reach);
  const centreY = shapesSide / 2 + between(-reach, reach);
  const turn = between(0, 2 * Math.PI);
  const cos = Math.cos(turn) / radius;
  const sin = Math.sin(turn) / radius;
  const noise = between(6, 26);
  const data = new Uint8Array(3 * shapesSide * shapesSide);
  for (let y = 0, at = 0; y < shapesSide; y++)
    for (let x = 0; x < shapesSide; x++, at += 3) {
      const dx = x + 0.5 - centreX;
      const dy = y + 0.5 - centreY;
      const u = dx * cos + dy * sin;
      const v = dy * cos - dx * sin;
      const cover = Math.min(1, Math.max(0, 0.5 - outline(u, v) * radius));
      const behind = background(x, y);
      const colour = texture?.(u, v) ? second : first;
      for (let c = 0; c < 3; c++) {
        const clean = behind[c]! + cover * (colour[c]! - behind[c]!);
        data[at + c] = Math.min(255, Math.max(0, Math.round(clean + noise * (rng.uniform() + rng.uniform() - 1))));
      }
    }
  return { width: shapesSide, height: shapesSide, data };
}

/** Two colours, one light and one dark, in either order. */
function contrasting(rng: Rng): readonly [Colour, Colour] {
  const shade = (low: number): Colour => [low + rng.integer(100), low + rng.integer(100), low + rng.integer(100)];
  const pair = [shade(0), shade(156)] as const;
  return rng.uniform() < 0.5 ? pair : [pair[1], pair[0]];
}

/** A gradient of middle shades between two corners, and a stroke of any shade across it. */
function backgroundOf(rng: Rng): (x: number, y: number) => Colour {
  const middle = (): Colour => [90 + rng.integer(76), 90 + rng.integer(76), 90 + rng.integer(76)];
  const [from, to] = [middle(), middle()];
  const direction = 2 * Math.PI * rng.uniform();
  const stroke = 2 * Math.PI * rng.uniform();
  const offset = shapesSide * (rng.uniform() - 0.5);
  const width = 0.5 + 1.2 * rng.uniform();
  const ink: Colour = [rng.integer(256), rng.integer(256), rng.integer(256)];
  const half = shapesSide / 2;
  return (x, y) => {
    const away = (x - half) * Math.cos(stroke) + (y - half) * Math.sin(stroke) - offset;
    if (Math.abs(away) < width) return ink;
    const share = 0.5 + ((x - half) * Math.cos(direction) + (y - half) * Math.sin(direction)) / (2.83 * half);
    return [0, 1, 2].map(c => from[c]! + share * (to[c]! - from[c]!)) as unknown as Colour;
  };
}
