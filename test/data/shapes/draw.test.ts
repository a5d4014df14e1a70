import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { classOf, drawShape, shapeNames, shapesSide } from '../../../src/data/shapes/draw.ts';
import { crescent, cross, disc, regular, ring, star } from '../../../src/data/shapes/outline.ts';

describe('outlines', () => {
  /** Area within, by counting points of a fine grid. */
  const area = (outline: (x: number, y: number) => number): number => {
    const n = 577;
    let inside = 0;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) if (outline((2.4 * (i + 0.5)) / n - 1.2, (2.4 * (j + 0.5)) / n - 1.2) < 0) inside++;
    return inside * (2.4 / n) ** 2;
  };
  it.each([
    ['disc', disc, Math.PI],
    ['ring', ring, Math.PI * (1 - 0.25)],
    ['triangle', regular(3), (3 * Math.sqrt(3)) / 4],
    ['square', regular(4), 2],
    // Ten triangles of sides 1 and 0.42 about the angle of 36 degrees.
    ['star', star(5, 0.42), 5 * 0.42 * Math.sin(Math.PI / 5)],
    ['cross', cross, 2 * 0.68 * 2 - 0.68 ** 2],
  ] as const)('%s has the area of its formula', (_, outline, expected) => {
    expect(area(outline)).toBeCloseTo(expected, 2);
  });
  it('a crescent is a disc less the lens that another disc shares with it', () => {
    // The area of a lens of radii 1 and r at distance d.
    const [r, d] = [0.82, 0.45];
    const a = Math.acos((d * d + 1 - r * r) / (2 * d));
    const b = Math.acos((d * d + r * r - 1) / (2 * d * r));
    const lens = a + r * r * b - 0.5 * Math.sqrt((-d + 1 + r) * (d + 1 - r) * (d - 1 + r) * (d + 1 + r));
    expect(area(crescent)).toBeCloseTo(Math.PI - lens, 2);
  });
  it('give true distances outside', () => {
    expect(disc(3, 4)).toBeCloseTo(4);
    expect(regular(4)(Math.SQRT1_2 + 1, Math.SQRT1_2)).toBeCloseTo(1);
    expect(cross(2, 0)).toBeCloseTo(1);
    expect(cross(0, 0)).toBeCloseTo(-Math.SQRT2 * 0.34);
  });
});

describe('drawShape', () => {
  it('draws the same image for the same numbers, on every machine', () => {
    const hash = createHash('sha256');
    for (let i = 0; i < 20; i++) hash.update(drawShape(0, 'train', i).image.data);
    expect(hash.digest('hex').slice(0, 16)).toMatchInlineSnapshot(`"5fcb7efcd57b7032"`);
    expect(drawShape(0, 'train', 3).image.data).not.toEqual(drawShape(0, 'validation', 3).image.data);
    expect(drawShape(0, 'train', 3).image.data).not.toEqual(drawShape(1, 'train', 3).image.data);
  });
  it('has ten classes in turn', () => {
    expect(shapeNames).toHaveLength(10);
    expect([0, 9, 10, 25].map(classOf)).toEqual([0, 9, 0, 5]);
    expect(drawShape(0, 'train', 25).label).toBe(5);
  });
  it('says nothing by colour or place: class means are alike', () => {
    const means = shapeNames.map((_, label) => {
      let sum = 0;
      for (let i = 0; i < 200; i++) sum += drawShape(1, 'train', label + 10 * i).image.data.reduce((a, b) => a + b);
      return sum / (200 * 3 * shapesSide ** 2);
    });
    // Images differ by tens of grey levels from one another; their means over 200 by a few.
    expect(Math.max(...means) - Math.min(...means)).toBeLessThan(8);
  });
});
