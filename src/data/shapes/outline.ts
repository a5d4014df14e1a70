/**
 * Shapes as signed distances: negative within, in units of the shape's radius, at points (x, y) of the shape's own frame.
 * Distances are exact at the border, which is all that anti-aliasing looks at.
 */

export type Outline = (x: number, y: number) => number;

export const disc: Outline = (x, y) => Math.sqrt(x * x + y * y) - 1;

export const ring: Outline = (x, y) => Math.abs(Math.sqrt(x * x + y * y) - 0.75) - 0.25;

/** A disc without the disc that covers most of it. */
export const crescent: Outline = (x, y) => Math.max(disc(x, y), 0.82 - Math.sqrt((x - 0.45) ** 2 + y * y));

/** Distance to the nearest edge; within by the even-odd rule. */
function polygon(corners: readonly (readonly [number, number])[]): Outline {
  return (x, y) => {
    let nearest = Number.POSITIVE_INFINITY;
    let inside = false;
    for (const [i, [ax, ay]] of corners.entries()) {
      const [bx, by] = corners[(i + 1) % corners.length]!;
      const ex = bx - ax;
      const ey = by - ay;
      const along = Math.min(1, Math.max(0, ((x - ax) * ex + (y - ay) * ey) / (ex * ex + ey * ey)));
      nearest = Math.min(nearest, (x - ax - along * ex) ** 2 + (y - ay - along * ey) ** 2);
      if (ay > y !== by > y && x < ax + ((y - ay) / ey) * ex) inside = !inside;
    }
    return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
  };
}

/** `points` corners at radius 1, and between them corners at `inner` (1: the regular polygon of twice as many). */
export const star = (points: number, inner: number): Outline =>
  polygon(
    Array.from({ length: 2 * points }, (_, i) => {
      const radius = i % 2 === 0 ? 1 : inner;
      const angle = (Math.PI * i) / points;
      return [radius * Math.cos(angle), radius * Math.sin(angle)] as const;
    }),
  );

/** Corners on the unit circle. */
export const regular = (corners: number): Outline => star(corners, Math.cos(Math.PI / corners));

const arm = 0.34;
export const cross: Outline = polygon([
  [arm, 1],
  [arm, arm],
  [1, arm],
  [1, -arm],
  [arm, -arm],
  [arm, -1],
  [-arm, -1],
  [-arm, -arm],
  [-1, -arm],
  [-1, arm],
  [-arm, arm],
  [-arm, 1],
]);
