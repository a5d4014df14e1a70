/** The judgement of a latency against simulated truths: how often it holds what is there, and finds what is not. */
import { describe, expect, test } from 'vitest';
import { currentEnvironment } from '../../../src/host/environment.ts';
import { type Rng, seededRng } from '../../../src/random/rng.ts';
import type { Quality } from '../../../src/stats/quality.ts';
import type { LatencySummary } from '../../../src/store/observation.ts';
import { judgeAccuracy, judgeLatency, type LatencyVerdict } from '../../../src/study/verify/verdict.ts';

const here = currentEnvironment();
const elsewhere = { ...here, cpuModel: 'another one' };

interface Shape {
  readonly quality?: Quality;
  /** 0: from before sessions were kept. */
  readonly sessions?: number;
  readonly referenceMs?: number;
  readonly exact?: boolean;
  readonly environment?: typeof here;
}

/** A latency of `ratio` whose interval is +- `half` of it. */
function latency(ratio: number, half: number, shape: Shape = {}): LatencySummary {
  const { quality = 'good', sessions = 3, referenceMs = 18, exact = false, environment = here } = shape;
  return {
    kind: 'latency',
    value: ratio,
    standardError: (ratio * half) / 1.96,
    interval: [ratio * (1 - half), ratio * (1 + half)],
    candidateMs: ratio * referenceMs,
    referenceMs,
    endedBy: exact ? 'exact' : 'interval',
    quality,
    conditions:
      sessions === 0
        ? null
        : {
            rule: 1,
            sessionPairs: Array(sessions).fill(20),
            pairsLeftOut: 0,
            waitedMs: 0,
            slowdown: null,
            causes: quality === 'good' ? [] : [{ kind: 'other-load' }],
          },
    warnings: [],
    wallMs: 1,
    load: 0,
    environment,
  };
}

const normal = (rng: Rng): number =>
  Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());

/** The verdicts on 2,000 stored measurements of `truth`, judged where `now` is true; sessions spread by `spread`. */
async function verdicts(
  truth: number,
  now: number,
  { stored, spread, referenceMs }: { readonly stored: Shape; readonly spread: number; readonly referenceMs: number },
): Promise<LatencyVerdict['verdict'][]> {
  const rng = seededRng(11);
  const within = 0.004;
  /** As a good measurement is: an interval over its sessions, or within its only one. */
  const taken = (ratio: number, sessions: number): LatencySummary => {
    const all = Math.max(1, sessions);
    const error = Math.sqrt((spread ** 2 + within ** 2) / all);
    const half = 1.96 * (sessions > 1 ? error : within);
    return latency(ratio * Math.exp(error * normal(rng)), half, { ...stored, sessions, referenceMs });
  };
  const found: LatencyVerdict['verdict'][] = [];
  for (let i = 0; i < 2000; i++) {
    const before = taken(truth, stored.sessions ?? 3);
    const again = async (): Promise<LatencySummary> => taken(now, 3);
    found.push((await judgeLatency(before, await again(), again)).verdict);
  }
  return found;
}

const share = (all: readonly string[], wanted: string): number =>
  all.filter(each => each === wanted).length / all.length;

const kinds: readonly [string, Shape, number, number][] = [
  ['over three sessions, 18 ms', { sessions: 3 }, 0.01, 18],
  ['over three sessions, 2 ms', { sessions: 3 }, 0.03, 2],
  ['within one session, 18 ms', { sessions: 0 }, 0.01, 18],
  ['within one session, 2 ms', { sessions: 0 }, 0.03, 2],
];

describe.each(kinds)('a latency measured %s', (_, stored, spread, referenceMs) => {
  test('holds where it is true: less than one in a hundred is refused', async () => {
    const found = await verdicts(0.72, 0.72, { stored, spread, referenceMs });
    expect(share(found, 'differs')).toBeLessThan(0.01);
    expect(share(found, 'consistent')).toBeGreaterThan(0.99);
  });

  test('does not hold where it is 16 % off, in either direction', async () => {
    const few = referenceMs > 3 ? 0.999 : 0.95;
    expect(share(await verdicts(0.611, 0.729, { stored, spread, referenceMs }), 'differs')).toBeGreaterThan(few);
    expect(share(await verdicts(0.729, 0.611, { stored, spread, referenceMs }), 'differs')).toBeGreaterThan(few);
  });
});

test('over sessions of a network of 18 ms, a shift of 6 % is found nine times in ten', async () => {
  const found = await verdicts(0.7, 0.7 * 1.06, { stored: { sessions: 3 }, spread: 0.01, referenceMs: 18 });
  expect(share(found, 'differs')).toBeGreaterThan(0.9);
});

const never = async (): Promise<null> => {
  throw new Error('nothing else is to be measured');
};
const same = (fresh: LatencySummary) => async () => fresh;

describe('what was stored beside other work', () => {
  const quiet = latency(0.722, 0.01);

  test('before quality was kept it was shown as good, and must hold as it was shown', async () => {
    const stored = latency(0.631, 0.02, { sessions: 0, quality: 'disturbed' });
    expect(await judgeLatency(stored, quiet, same(quiet))).toMatchObject({ verdict: 'differs', measurements: 3 });
    const lucky = latency(0.715, 0.02, { sessions: 0, quality: 'disturbed' });
    expect(await judgeLatency(lucky, quiet, never)).toMatchObject({ verdict: 'disturbed' });
  });

  test('without a warning it does not hold either', async () => {
    const stored = latency(0.631, 0.02, { sessions: 0 });
    expect(await judgeLatency(stored, quiet, same(quiet))).toMatchObject({ verdict: 'differs' });
  });

  test('kept as disturbed it holds while either interval holds the other value', async () => {
    const wide = latency(0.631, 0.25, { quality: 'disturbed' });
    expect(await judgeLatency(wide, quiet, never)).toMatchObject({
      verdict: 'disturbed',
      stored: { ratio: 0.631, quality: 'disturbed' },
      now: { ratio: 0.722, quality: 'good' },
    });
    const narrow = latency(0.631, 0.02, { quality: 'disturbed' });
    expect(await judgeLatency(narrow, quiet, same(quiet))).toMatchObject({ verdict: 'differs' });
  });
});

describe('what is measured on a busy machine', () => {
  const busy = latency(0.6, 0.02, { quality: 'disturbed' });

  test('proves nothing, whichever way', async () => {
    for (const ratio of [0.6, 0.72])
      expect(await judgeLatency(latency(ratio, 0.01), busy, never)).toMatchObject({ verdict: 'busy' });
  });

  test('leaves one good measurement alone, which is not enough to say that something does not hold', async () => {
    const first = latency(0.6, 0.01);
    expect(await judgeLatency(latency(0.72, 0.01), first, same(busy))).toMatchObject({
      verdict: 'busy',
      measurements: 1,
    });
  });
});

test('one unlucky measurement among three does not speak against what is stored', async () => {
  const fresh = [latency(0.72, 0.01), latency(0.722, 0.01)];
  const again = async (): Promise<LatencySummary | null> => fresh.shift() ?? null;
  expect(await judgeLatency(latency(0.72, 0.01), latency(0.78, 0.01), again)).toMatchObject({
    verdict: 'consistent',
    measurements: 2,
  });
});

test('on another machine a latency that differs is not judged, and not measured again', async () => {
  const stored = latency(0.6, 0.01, { environment: elsewhere });
  expect(await judgeLatency(stored, latency(0.72, 0.01), never)).toMatchObject({ verdict: 'other-machine' });
});

test('a computed latency is the same, on every machine', async () => {
  const at = (ratio: number, environment = here): LatencySummary =>
    latency(ratio, 0, { exact: true, sessions: 1, environment });
  expect(await judgeLatency(at(0.8), at(0.8 * (1 + 1e-7)), never)).toMatchObject({ verdict: 'consistent' });
  expect(await judgeLatency(at(0.8, elsewhere), at(0.801), never)).toMatchObject({ verdict: 'differs' });
});

describe('answers', () => {
  const answers = (changed: number, environment = here) => ({
    value: 0.5,
    correct: new Uint8Array(400),
    predictions: Uint16Array.from({ length: 400 }, (_, i) => (i < changed ? 1 : 0)),
    environment,
  });

  test('must be the same where the study ran, and nearly elsewhere', () => {
    expect(judgeAccuracy(answers(0), answers(0))).toMatchObject({ verdict: 'equal', changedImages: 0 });
    expect(judgeAccuracy(answers(0), answers(1))).toMatchObject({ verdict: 'differs', changedImages: 1 });
    expect(judgeAccuracy(answers(0, elsewhere), answers(2))).toMatchObject({ verdict: 'near' });
    expect(judgeAccuracy(answers(0, elsewhere), answers(3))).toMatchObject({ verdict: 'differs' });
  });

  test('of another number of images are others', () => {
    const fewer = { value: 0.5, correct: new Uint8Array(399), predictions: new Uint16Array(399), environment: here };
    expect(judgeAccuracy(answers(0), fewer)).toMatchObject({ verdict: 'differs' });
  });
});
