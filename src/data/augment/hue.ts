/** Turning the hue of an image, by way of Pillow's 8-bit HSV. */
import type { RgbImage } from '../resize.ts';

/** @param turn in whole turns, -0.5 to 0.5; a byte of hue is 1/256 of it, as in torchvision */
export function shiftedHue({ width, height, data }: RgbImage, turn: number): RgbImage {
  const out = new Uint8Array(data.length);
  const steps = Math.trunc(turn * 255) & 255;
  for (let at = 0; at < data.length; at += 3) {
    const [h, s, v] = hsvOf(data[at]!, data[at + 1]!, data[at + 2]!);
    const rgb = rgbOf((h + steps) & 255, s, v);
    out[at] = rgb[0];
    out[at + 1] = rgb[1];
    out[at + 2] = rgb[2];
  }
  return { width, height, data: out };
}

type Triple = readonly [number, number, number];

/** Smith 1978, each part a byte. */
function hsvOf(r: number, g: number, b: number): Triple {
  const most = Math.max(r, g, b);
  const spread = most - Math.min(r, g, b);
  if (spread === 0) return [0, 0, most];
  const share = (value: number): number => Math.fround((most - value) / spread);
  const sector = r === most ? share(b) - share(g) : g === most ? 2 + share(r) - share(b) : 4 + share(g) - share(r);
  const hue = Math.fround((Math.fround(sector) / 6 + 1) % 1);
  return [Math.trunc(hue * 255), Math.trunc(Math.fround(spread / most) * 255), most];
}

function rgbOf(h: number, s: number, v: number): Triple {
  if (s === 0) return [v, v, v];
  const sector = Math.floor((h * 6) / 255);
  const f = Math.fround(Math.fround((h * 6) / 255) - sector);
  const fs = Math.fround(s / 255);
  const p = Math.round(v * (1 - fs));
  const q = Math.round(v * (1 - fs * f));
  const t = Math.round(v * (1 - fs * (1 - f)));
  switch (sector % 6) {
    case 0:
      return [v, t, p];
    case 1:
      return [q, v, p];
    case 2:
      return [p, v, t];
    case 3:
      return [p, q, v];
    case 4:
      return [t, p, v];
    default:
      return [v, p, q];
  }
}
