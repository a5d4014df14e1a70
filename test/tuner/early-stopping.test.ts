import { describe, expect, test } from 'vitest';
import { type Rng, seededRng, shuffled } from '../../src/random/rng.ts';
import { upperTail } from '../../src/stats/normal.ts';
import { type Chance, chancesOf, dropEstimate, probabilityOfEntry } from '../../src/tuner/early-stopping.ts';
import { nondominated } from '../../src/tuner/pareto/dominance.ts';

/** Dense model and candidate, right (1) or wrong (0), on one image. */
type Pair = readonly [dense: number, candidate: number];

/** 200 images of which the dense model has 170 right, `lost` of them the candidate has not; of the other 30 it has `gained`. */
const population = (lost: number, gained: number): Pair[] =>
  Array.from({ length: 200 }, (_, i) => (i < 170 ? [1, i < lost ? 0 : 1] : [0, i < 170 + gained ? 1 : 0]));

const seenOf = (sample: readonly Pair[]) => ({
  images: sample.length,
  denseRight: sample.filter(([dense]) => dense === 1).length,
  lost: sample.filter(([dense, candidate]) => dense > candidate).length,
  gained: sample.filter(([dense, candidate]) => dense < candidate).length,
});

test('the estimate of a part has no bias, and its standard error is that of samples without replacement', () => {
  const rng = seededRng(1);
  const all = population(30, 12);
  for (const images of [40, 120, 190]) {
    const estimates = Array.from({ length: 2000 }, () =>
      dropEstimate(seenOf(shuffled(all, rng).slice(0, images)), 200),
    );
    const mean = estimates.reduce((sum, { drop }) => sum + drop, 0) / 2000;
    const spread = Math.sqrt(estimates.reduce((sum, { drop }) => sum + (drop - mean) ** 2, 0) / 1999);
    const told = Math.sqrt(estimates.reduce((sum, { standardError }) => sum + standardError ** 2, 0) / 2000);
    expect(mean).toBeCloseTo(18 / 200, 2);
    expect(told / spread).toBeGreaterThan(0.97);
    expect(told / spread).toBeLessThan(1.15);
  }
});

test('of trials that are given up at 1 %, no more would have entered, though each is looked at thirty-two times', () => {
  const rng = seededRng(2);
  // 170 right by the dense model; 152 are needed.
  const whole = { images: 200, denseRight: 170 };
  const chances: Chance[] = [{ weight: 1, below: 1 - 151 / 200 }];
  let [given, wrongly, imagesSeen] = [0, 0, 0];
  for (let run = 0; run < 4000; run++) {
    const [lost, gained] = [5 + rng.integer(60), rng.integer(15)];
    const order = shuffled(population(lost, gained), rng);
    let images = 7;
    while (images < 200 && probabilityOfEntry(seenOf(order.slice(0, images)), whole, chances) >= 0.01) images += 7;
    if (images >= 200) continue;
    given++;
    imagesSeen += images;
    if (170 - lost + gained >= 152) wrongly++;
  }
  expect(given).toBeGreaterThan(1500);
  expect(wrongly / given).toBeLessThan(0.01);
  expect(imagesSeen / given).toBeLessThan(120);
});

test('after few images the probability is that of the rest by simulation, with both rates drawn first', () => {
  const rng = seededRng(4);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
  /** Beta(a + 1/2, b + 1/2) of whole a and b: half of a chi-square with 2a + 1 degrees of freedom is a gamma of a + 1/2. */
  const gamma = (a: number): number =>
    Array.from({ length: 2 * a + 1 }, () => normal() ** 2 / 2).reduce((x, y) => x + y);
  const rate = (a: number, b: number): number => {
    const [x, y] = [gamma(a), gamma(b)];
    return x / (x + y);
  };
  const hits = (m: number, p: number): number => Array.from({ length: m }, rng.uniform).filter(u => u < p).length;
  const whole = { images: 60, denseRight: 45 };
  for (const [images, denseRight, lost, gained, needed] of [
    [8, 6, 2, 1, 40],
    [8, 6, 0, 0, 45],
    [20, 16, 8, 0, 36],
  ] as const) {
    let entered = 0;
    for (let i = 0; i < 20_000; i++) {
      const more = hits(45 - denseRight, rate(lost, denseRight - lost));
      const won = hits(15 - images + denseRight, rate(gained, images - denseRight - gained));
      if (45 - lost + gained - more + won >= needed) entered++;
    }
    const told = probabilityOfEntry({ images, denseRight, lost, gained }, whole, [
      { weight: 1, below: 1 - (needed - 1) / 60 },
    ]);
    expect(Math.abs(told - entered / 20_000)).toBeLessThan(0.015);
  }
});

test('what the images left over cannot change is certain', () => {
  const whole = { images: 100, denseRight: 90 };
  const seen = { images: 90, denseRight: 85, lost: 20, gained: 0 };
  expect(probabilityOfEntry(seen, whole, [{ weight: 1, below: 1 - 80 / 100 }])).toBe(0);
  expect(probabilityOfEntry(seen, whole, [{ weight: 1, below: 1 - 59 / 100 }])).toBe(1);
  expect(probabilityOfEntry(seen, whole, [{ weight: 0.25, below: Number.POSITIVE_INFINITY }])).toBe(0.25);
});

const member = (ratio: number, error: number, sd = 0) => ({ values: [ratio, error], standardErrors: [sd, 0.01] });

test('with exact latencies, the members as fast as the trial set what it must beat', () => {
  const front = [member(1, 0.1), member(0.7, 0.2), member(0.5, 0.4)];
  const at = (ratio: number) => chancesOf(front, [{ objective: 0, value: ratio, standardError: 0 }], 1, []);
  expect(at(0.4)).toEqual([{ weight: 1, below: Number.POSITIVE_INFINITY }]);
  expect(at(0.6)).toEqual([{ weight: 1, below: 0.4 }]);
  expect(at(0.7)).toEqual([{ weight: 1, below: 0.2 }]);
  expect(at(1.2)).toEqual([{ weight: 1, below: 0.1 }]);
});

test('with noisy latencies it is a mixture, by simulation', () => {
  const front = [member(1, 0.1, 0.01), member(0.7, 0.2, 0.02), member(0.5, 0.4, 0.02)];
  const chances = chancesOf(front, [{ objective: 0, value: 0.71, standardError: 0.02 }], 1, []);
  const rng = seededRng(3);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
  let beaten = 0;
  for (let i = 0; i < 20_000; i++) if (0.7 + 0.02 * normal() <= 0.71 + 0.02 * normal()) beaten++;
  expect(chances.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 10);
  expect(chances.find(({ below }) => below === 0.2)?.weight).toBeCloseTo(beaten / 20_000, 2);
  expect(chances.find(({ below }) => below === 0.4)?.weight).toBeCloseTo(1 - beaten / 20_000, 2);
});

test('limits: a latency beyond its limit leaves no chance, and an error on its limit is allowed', () => {
  const limits = [
    { objective: 0, max: 0.8 },
    { objective: 1, max: 0.11 },
  ];
  expect(chancesOf([member(1, 0.1)], [{ objective: 0, value: 0.9, standardError: 0 }], 1, limits)).toEqual([]);
  const [chance] = chancesOf([member(1, 0.1)], [{ objective: 0, value: 0.7, standardError: 0 }], 1, limits);
  // 89 of 100 right is an error of 0.11.
  const whole = { images: 100, denseRight: 90 };
  expect(probabilityOfEntry({ images: 100, denseRight: 90, lost: 1, gained: 0 }, whole, [chance!])).toBe(1);
  expect(probabilityOfEntry({ images: 100, denseRight: 90, lost: 2, gained: 0 }, whole, [chance!])).toBe(0);
});

/** The rule as it was when there were two objectives, kept as its oracle: stored studies were searched by it. */
function chancesOfTwo(
  front: readonly { readonly values: readonly number[]; readonly standardErrors: readonly number[] }[],
  first: { readonly value: number; readonly standardError: number },
  limits: readonly { readonly objective: number; readonly max: number }[],
): Chance[] {
  const below = (a: number, b: number, sd: number): number => (sd > 0 ? upperTail((a - b) / sd) : a <= b ? 1 : 0);
  const members = [...front].sort((a, b) => a.values[0]! - b.values[0]!);
  const atLeast = members.map(({ values, standardErrors }) =>
    below(values[0]!, first.value, Math.hypot(standardErrors[0] ?? 0, first.standardError)),
  );
  for (let k = atLeast.length - 2; k >= 0; k--) atLeast[k] = Math.max(atLeast[k]!, atLeast[k + 1]!);
  const limitOf = (objective: number): number =>
    Math.min(...limits.filter(each => each.objective === objective).map(({ max }) => max), Number.POSITIVE_INFINITY);
  const allowed = below(first.value, limitOf(0), first.standardError);
  const most = limitOf(1) + 1e-7;
  const chances: Chance[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (let k = 0; k <= members.length; k++) {
    if (k > 0) best = Math.min(best, members[k - 1]!.values[1]!);
    const weight = allowed * ((k === 0 ? 1 : atLeast[k - 1]!) - (atLeast[k] ?? 0));
    if (weight > 0) chances.push({ weight, below: Math.min(best, most) });
  }
  return chances;
}

test('with two objectives it is what it was, bit for bit', () => {
  const rng = seededRng(6);
  for (let run = 0; run < 300; run++) {
    const points = Array.from({ length: 1 + rng.integer(30) }, () => [
      rng.uniform(),
      Math.round(50 * rng.uniform()) / 50,
    ]);
    const front = nondominated(points).map(values => ({ values, standardErrors: [0.05 * rng.uniform(), 0.01] }));
    const first = { value: rng.uniform(), standardError: run % 3 === 0 ? 0 : 0.05 * rng.uniform() };
    const limits =
      run % 2 === 0
        ? []
        : [
            { objective: 0, max: 0.8 },
            { objective: 1, max: 0.6 },
          ];
    const now = chancesOf(front, [{ objective: 0, ...first }], 1, limits);
    expect(now).toEqual(chancesOfTwo(front, first, limits));
  }
});

const threes = (rng: Rng, count: number, sd: readonly number[]) =>
  nondominated(Array.from({ length: count }, () => [rng.uniform(), rng.uniform(), rng.uniform()])).map(values => ({
    values,
    standardErrors: [...sd],
  }));

const normalOf = (rng: Rng) => (): number =>
  Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());

/** P that a trial with this error is not beaten, as the chances tell it. */
const told = (chances: readonly Chance[], error: number): number =>
  chances.reduce((sum, { weight, below }) => sum + (error < below ? weight : 0), 0);

describe('with two objectives known before the error', () => {
  // Places 0 and 2 are known, 1 is the error.
  const known = (a: number, b: number, sdA: number, sdB: number) => [
    { objective: 0, value: a, standardError: sdA },
    { objective: 2, value: b, standardError: sdB },
  ];

  test('exact ones leave open what the members leave that are no worse in both', () => {
    const rng = seededRng(7);
    for (let run = 0; run < 200; run++) {
      const front = threes(rng, 20, [0, 0.01, 0]);
      const [a, b] = [rng.uniform(), rng.uniform()];
      const chances = chancesOf(front, known(a, b, 0, 0), 1, []);
      const inTheWay = front.filter(({ values: [x, , z] }) => x! <= a && z! <= b).map(({ values }) => values[1]!);
      expect(chances).toEqual([{ weight: 1, below: Math.min(...inTheWay, Number.POSITIVE_INFINITY) }]);
    }
  });

  test('the noise of the trial itself is a mixture over both, by simulation', () => {
    const rng = seededRng(8);
    const normal = normalOf(rng);
    for (let run = 0; run < 8; run++) {
      const front = threes(rng, 25, [0, 0.01, 0]);
      const [a, b, sdA, sdB] = [0.4 + 0.3 * rng.uniform(), 0.4 + 0.3 * rng.uniform(), 0.1, 0.15];
      const chances = chancesOf(front, known(a, b, sdA, sdB), 1, []);
      for (const error of [0.1, 0.3, 0.6]) {
        let enters = 0;
        for (let i = 0; i < 20_000; i++) {
          const [x, z] = [a + sdA * normal(), b + sdB * normal()];
          const beaten = front.some(({ values }) => values[0]! <= x && values[2]! <= z && values[1]! <= error);
          if (!beaten) enters++;
        }
        expect(Math.abs(told(chances, error) - enters / 20_000)).toBeLessThan(0.012);
      }
    }
  });

  test('a limit on an exact one leaves all or nothing', () => {
    const front = threes(seededRng(11), 20, [0, 0.01, 0]);
    const limit = [{ objective: 2, max: 0.5 }];
    expect(chancesOf(front, known(0.5, 0.51, 0.1, 0), 1, limit)).toEqual([]);
    expect(chancesOf(front, known(0.5, 0.5, 0.1, 0), 1, limit)).toEqual(
      chancesOf(front, known(0.5, 0.5, 0.1, 0), 1, []),
    );
  });

  test('where members are uncertain too, a trial is never given less than it has, by simulation', () => {
    const rng = seededRng(9);
    const normal = normalOf(rng);
    for (let run = 0; run < 6; run++) {
      const front = threes(rng, 15, [0.08, 0.01, 0.08]);
      const [a, b] = [0.4 + 0.3 * rng.uniform(), 0.4 + 0.3 * rng.uniform()];
      const chances = chancesOf(front, known(a, b, 0.08, 0.08), 1, []);
      for (const error of [0.2, 0.5]) {
        let enters = 0;
        for (let i = 0; i < 10_000; i++) {
          const [x, z] = [a + 0.08 * normal(), b + 0.08 * normal()];
          const beaten = front.some(
            ({ values }) =>
              values[1]! <= error && values[0]! + 0.08 * normal() <= x && values[2]! + 0.08 * normal() <= z,
          );
          if (!beaten) enters++;
        }
        expect(told(chances, error)).toBeGreaterThan(enters / 10_000 - 0.015);
      }
    }
  });

  test('of trials given up at 1 %, hardly any would have entered a front of three, and many that cannot are', () => {
    const rng = seededRng(10);
    const whole = { images: 200, denseRight: 170 };
    let [given, wrongly, off] = [0, 0, 0];
    for (let run = 0; run < 1500; run++) {
      const front = threes(rng, 12, [0, 0.02, 0]).map(each => ({
        ...each,
        values: each.values.map((value, k) => (k === 1 ? 0.15 + 0.3 * value : value)),
      }));
      const [a, b] = [0.3 + 0.7 * rng.uniform(), 0.3 + 0.7 * rng.uniform()];
      const chances = chancesOf(front, known(a, b, 0, 0), 1, []);
      const [lost, gained] = [5 + rng.integer(70), rng.integer(15)];
      const error = 1 - (170 - lost + gained) / 200;
      const enters = !front.some(({ values }) => values[0]! <= a && values[2]! <= b && values[1]! <= error);
      if (!enters) off++;
      const order = shuffled(population(lost, gained), rng);
      let images = 7;
      while (images < 200 && probabilityOfEntry(seenOf(order.slice(0, images)), whole, chances) >= 0.01) images += 7;
      if (images >= 200) continue;
      given++;
      if (enters) wrongly++;
    }
    expect(off).toBeGreaterThan(300);
    expect(given).toBeGreaterThan(off / 2);
    expect(wrongly / given).toBeLessThan(0.015);
  });
});
