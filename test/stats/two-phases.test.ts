import { describe, expect, test } from 'vitest';
import { type Rng, seededRng } from '../../src/random/rng.ts';
import { z95 } from '../../src/stats/normal.ts';
import { pairedDifference } from '../../src/stats/paired-difference.ts';
import { type Losses, pooledLoss } from '../../src/stats/two-phases.ts';

/** Losses of candidates that truly lose `thetas`, on `images` of which a third is hard; `shared` is how often all answer alike. */
function drawn(rng: Rng, images: number, thetas: readonly number[], shared: number): Int8Array[] {
  const losses = thetas.map(() => new Int8Array(images));
  for (let i = 0; i < images; i++) {
    const scale = rng.uniform() < 1 / 3 ? 3 : 0;
    const common = rng.uniform();
    losses.forEach((each, k) => {
      const u = rng.uniform() < shared ? common : rng.uniform();
      const gains = 0.04;
      each[i] = u < (gains + thetas[k]!) * scale ? 1 : u > 1 - gains * scale ? -1 : 0;
    });
  }
  return losses;
}

const meanOf = (values: Int8Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A search of `candidates` that keeps the best of every `kept`-th by its search images: who they are, and what both sets saw of them. */
function searched(rng: Rng, { images, candidates, kept, shared }: Setting) {
  const thetas = Array.from({ length: candidates }, () => 0.02 + 0.06 * rng.uniform());
  const [search, confirm] = [drawn(rng, images[0], thetas, shared), drawn(rng, images[1], thetas, shared)];
  const means = search.map(meanOf);
  return Array.from({ length: kept }, (_, bin) => {
    const all = means.flatMap((mean, k) => (k % kept === bin ? [{ mean, k }] : []));
    const { k, mean } = all.reduce((best, each) => (each.mean < best.mean ? each : best));
    return { truth: thetas[k]!, mean, losses: { search: search[k]!, confirm: confirm[k]! } };
  });
}

interface Setting {
  readonly images: readonly [search: number, confirm: number];
  readonly candidates: number;
  readonly kept: number;
  readonly shared: number;
}

describe('after choosing the best of many noisy values', () => {
  const rng = seededRng(20);
  test.each<Setting>([
    { images: [200, 200], candidates: 60, kept: 6, shared: 0 },
    { images: [200, 200], candidates: 60, kept: 6, shared: 0.5 },
    { images: [200, 300], candidates: 60, kept: 10, shared: 0.5 },
    { images: [175, 175], candidates: 20, kept: 4, shared: 0.9 },
  ])(
    'the 95 % interval holds the truth: %o',
    setting => {
      let [held, heldOfBest, heldBySearch, runs] = [0, 0, 0, 0];
      let [width, widthAlone] = [0, 0];
      for (let run = 0; run < 500; run++) {
        const chosen = searched(rng, setting);
        const best = chosen.reduce((least, each) => (each.mean < least.mean ? each : least));
        for (const one of chosen) {
          const others = chosen.filter(each => each !== one).map(({ losses }) => losses);
          const pooled = pooledLoss(one.losses, others);
          const holds = Math.abs(pooled.drop - one.truth) <= z95 * pooled.standardError;
          const search = pairedDifference(one.losses.search, new Int8Array(one.losses.search.length));
          runs++;
          held += Number(holds);
          heldOfBest += Number(one === best && holds);
          heldBySearch += Number(Math.abs(search.difference - one.truth) <= z95 * search.standardError);
          width += pooled.standardError;
          widthAlone += pooledLoss(one.losses, []).standardError;
        }
      }
      expect(held / runs).toBeGreaterThan(0.935);
      expect(held / runs).toBeLessThan(0.975);
      // Of the luckiest of all: 500 runs tell a share of 95 % to 1 %.
      expect(heldOfBest / 500).toBeGreaterThan(0.925);
      // What is left out without it: the search alone flatters, and the confirm images alone say less.
      if (setting.shared < 0.9) expect(heldBySearch / runs).toBeLessThan(0.9);
      expect(width / widthAlone).toBeLessThan(0.99);
    },
    60_000,
  );
});

const losses = (images: number, lost: number, gained: number): Int8Array =>
  Int8Array.from({ length: images }, (_, i) => (i < lost ? 1 : i < lost + gained ? -1 : 0));

describe('by hand', () => {
  const one: Losses = { search: losses(100, 10, 2), confirm: losses(200, 22, 6) };

  test('with fewer than three others the confirm images count alone', () => {
    const { difference, standardError } = pairedDifference(one.confirm, new Int8Array(200));
    for (const others of [[], [one], [one, one]])
      expect(pooledLoss(one, others)).toEqual({ drop: difference, standardError, pooled: false, contradicted: false });
  });

  test('others that answer alike on every image add nothing', () => {
    const pooled = pooledLoss(one, [one, one, one]);
    expect(pooled.drop).toBeCloseTo(0.08, 12);
    expect(pooled.standardError).toBeCloseTo(pooledLoss(one, []).standardError, 12);
  });

  test('others that answer independently: the weight and the variance are those of a weighted mean', () => {
    // Orthogonal patterns of period 2, 4, 8 and 16 without loss on average: no covariance, and no flattering.
    const wave = (period: number): Int8Array =>
      Int8Array.from({ length: 160 }, (_, i) => (i % period < period / 2 ? 1 : -1));
    const [a, b, c, d] = [2, 4, 8, 16].map(period => ({ search: wave(period), confirm: wave(period) })) as [
      Losses,
      Losses,
      Losses,
      Losses,
    ];
    const variance = 160 / 159 / 160;
    const pooled = pooledLoss(a, [b, c, d]);
    // Var y = v, Cov = 0, Var(y - ybar) = 4 v / 3, q = 4 v / 3, so w = v / (8 v / 3).
    const w = 3 / 8;
    expect(pooled.drop).toBeCloseTo(0, 12);
    expect(pooled.pooled).toBe(true);
    expect(pooled.standardError ** 2).toBeCloseTo(variance * ((1 - w) ** 2 + w ** 2 / 3 + (w ** 2 * 4) / 3), 12);
  });

  test('a trial that lost 8.0 points on one set and gained 2.9 on the other is not known to 2.9', () => {
    const torn: Losses = { search: losses(175, 18, 4), confirm: losses(175, 6, 11) };
    const pooled = pooledLoss(torn, []);
    expect(pooled.contradicted).toBe(true);
    expect(pooled.drop).toBeCloseTo(-5 / 175, 12);
    expect(z95 * pooled.standardError).toBeGreaterThan(0.1);
    // The other way round is what being chosen does, and no contradiction.
    expect(pooledLoss({ search: torn.confirm, confirm: torn.search }, []).contradicted).toBe(false);
  });

  test('with others that were not flattered, so great a difference contradicts either way', () => {
    const others = [1, 2, 3].map(k => ({ search: losses(175, 4 + k, 4), confirm: losses(175, 4 + k, 4) }));
    const flattered: Losses = { search: losses(175, 4, 14), confirm: losses(175, 25, 4) };
    expect(pooledLoss(flattered, others).contradicted).toBe(true);
    expect(pooledLoss(flattered, others).drop).toBeCloseTo(21 / 175, 12);
  });

  test('does not depend on the order of the others or of the images', () => {
    const rng = seededRng(4);
    const all = searched(rng, { images: [50, 80], candidates: 20, kept: 5, shared: 0.3 }).map(each => each.losses);
    const turned = all.map(each => ({ search: each.search.toReversed(), confirm: each.confirm.toReversed() }));
    const [first, ...others] = all;
    const [firstTurned, ...othersTurned] = turned;
    const pooled = pooledLoss(first!, others);
    for (const same of [pooledLoss(first!, others.toReversed()), pooledLoss(firstTurned!, othersTurned)]) {
      expect(same.drop).toBeCloseTo(pooled.drop, 12);
      expect(same.standardError).toBeCloseTo(pooled.standardError, 12);
    }
  });
});
