import { describe, expect, test } from 'vitest';
import { frontReport } from '../../../src/report/front/front-report.ts';
import { frontRecord } from '../../../src/report/front/json.ts';
import { type Picked, type PickRule, pick } from '../../../src/report/front/pick.ts';
import { mixed, searchDense, study } from '../fixture.ts';

const searched = frontReport(
  study(mixed().trials.map(({ trial, search }) => [trial, [search.ratio, search.drop], null])),
);
const trialOf = (picked: Picked): number | null => (picked.state === 'picked' ? picked.point.trial : null);
const picks = (rule: PickRule, report = searched): number | null => trialOf(pick(report, rule));

describe('max-drop', () => {
  test.each([
    [0.05, 1],
    [0.049, 2],
    [0.008, 2],
    [0.0079, 4],
    [0.0005, 0],
    [0, 0],
  ])('of %d gives trial %d', (drop, trial) => expect(picks({ kind: 'max-drop', drop })).toBe(trial));

  test('the drop of a difference of shares is not missed by rounding', () => {
    const report = frontReport(study([[1, [0.5, 0.9 - 0.89], null]]));
    expect(report.points[0]!.drop).toBeGreaterThan(0.01);
    expect(picks({ kind: 'max-drop', drop: 0.01 }, report)).toBe(1);
  });

  test('the dense model is the answer where nothing is faster beyond noise, and the sentence says so', () => {
    const report = frontReport(study([[3, [0.995, 0.002], null]]));
    const picked = pick(report, { kind: 'max-drop', drop: 0.01 });
    expect(trialOf(picked)).toBe(0);
    expect(picked.why).toBe(
      'The dense model: within 1.00 pp nothing is faster beyond noise; trial 3 (not confirmed) comes nearest with 1.01x [1.00, 1.02]. Judged by search figures, which are not confirmed: "rankfront confirm --study small" confirms the front.',
    );
  });

  test('of two that are equally fast the more accurate', () => {
    const report = frontReport(
      study([
        [1, [0.5, 0.02], null],
        [2, [0.5, 0.01], null],
      ]),
    );
    expect(picks({ kind: 'max-drop', drop: 0.03 }, report)).toBe(2);
  });

  test('nothing when a gain is asked for that no point has', () => {
    const picked = pick(searched, { kind: 'max-drop', drop: -0.01 });
    expect(picked.state).toBe('none');
    expect(picked.why).toContain('the dense model comes nearest');
  });
});

describe('max-latency', () => {
  test.each([
    [12, 0],
    [10, 0],
    [9.99, 4],
    [8, 2],
    [5, 1],
  ])('of %d ms gives trial %d', (latencyMs, trial) => expect(picks({ kind: 'max-latency', latencyMs })).toBe(trial));

  test('below the fastest: none, and by how much it is missed', () => {
    const picked = pick(searched, { kind: 'max-latency', latencyMs: 4.5 });
    expect(picked.state).toBe('none');
    expect(picked.why).toContain('trial 1 (not confirmed) misses it by 0.500 ms');
  });
});

describe('min-speedup', () => {
  test.each([
    [0.5, 0],
    [1, 0],
    [1.05, 4],
    [1.2, 2],
    [2, 1],
  ])('of %d gives trial %d', (speedup, trial) => expect(picks({ kind: 'min-speedup', speedup })).toBe(trial));

  test('says when the interval reaches below what was asked', () => {
    expect(pick(searched, { kind: 'min-speedup', speedup: 2 }).why).toMatch(/Its interval reaches below 2\.00x\./);
    expect(pick(searched, { kind: 'min-speedup', speedup: 1.5 }).why).not.toContain('reaches below');
  });

  test('above the fastest: none, and the nearest', () => {
    const picked = pick(searched, { kind: 'min-speedup', speedup: 2.5 });
    expect(picked.state).toBe('none');
    expect(picked.why).toContain('trial 1 (not confirmed) comes nearest, 2.00x');
  });
});

describe('limits together', () => {
  test.each<[PickRule, number | null]>([
    [{ kind: 'limits', drop: 0.06, speedup: 1.2 }, 1],
    [{ kind: 'limits', drop: 0.01, speedup: 1.2 }, 2],
    [{ kind: 'limits', drop: 0.01, latencyMs: 8, speedup: 1.1 }, 2],
    [{ kind: 'limits', drop: 0.01, latencyMs: 6 }, null],
    [{ kind: 'limits', latencyMs: 8, speedup: 1.05 }, 2],
    [{ kind: 'limits', latencyMs: 9.5, speedup: 1.05 }, 4],
  ])('%o', (rule, trial) => expect(picks(rule)).toBe(trial));

  test('none at all: the point of the headline', () => {
    for (const report of [searched, frontReport(mixed(true)), frontReport(study([]))])
      expect(picks({ kind: 'limits' }, report)).toBe(frontRecord(report).gain.recommended);
  });

  test('what misses them is told with all of them', () => {
    expect(pick(searched, { kind: 'limits', drop: 0.01, latencyMs: 6 }).why).toContain(
      'No point of the front keeps to the limits (at most 1.00 pp lost, at most 6 ms): trial 1 (not confirmed) comes nearest',
    );
  });
});

test('a drop that the images cannot tell is not picked: the dense model, or none where that is too slow', () => {
  const few = { ...searchDense, images: 60 };
  const input = study([[1, [0.5, 0.005], null]]);
  const report = frontReport({ ...input, dense: { ...input.dense, search: few } });
  const picked = pick(report, { kind: 'max-drop', drop: 0.01 });
  expect(trialOf(picked)).toBe(0);
  expect(picked.why).toContain('not clear from 60 images');
  expect(pick(report, { kind: 'limits', drop: 0.01, speedup: 1.5 })).toMatchObject({ state: 'none' });
  expect(picks({ kind: 'max-drop', drop: 0.05 }, report)).toBe(1);
});

describe('knee', () => {
  test('is trial 2: (0.7, 0.008) lies farthest above the chord from (0.5, 0.05) to (1, 0)', () => {
    // y - x: trial 2 (0.042 / 0.05) - 0.4 = 0.44; trial 4 0.98 - 0.8 = 0.18.
    expect(picks({ kind: 'knee' })).toBe(2);
  });

  test('a wreck at the fast end does not move it', () => {
    const rows = searched.points
      .filter(({ trial }) => trial > 0)
      .map(({ trial, speedup, drop }) => [trial, [1 / speedup, drop], null] as const);
    const report = frontReport(study([...rows, [9, [0.3, 0.85], null]]));
    expect(report.points[0]!.trial).toBe(9);
    expect(picks({ kind: 'knee' }, report)).toBe(2);
  });

  test('without a bend the most accurate, which is said', () => {
    const picked = pick(frontReport(study([[1, [0.5, 0.02], null]])), { kind: 'knee' });
    expect(trialOf(picked)).toBe(0);
    expect(picked.why).toContain('The front has no knee');
  });
});

test('confirmed figures decide where they are: trial 2 was 0.8 points in search and is 2 points', () => {
  const report = frontReport(mixed(false));
  const picked = pick(report, { kind: 'max-drop', drop: 0.01 });
  expect(picked).toMatchObject({ state: 'picked', point: { trial: 4, confirmed: true, drop: 0.004 } });
  expect(picked.why).toContain('trial 4 (confirmed)');
  expect(picked.why).toContain('Its figures are confirmed, on 1000 images that the search never saw.');
  expect(picked).toMatchObject({ figures: 'confirmed', bySearch: null });
  expect(pick(searched, { kind: 'max-drop', drop: 0.01 })).toMatchObject({ figures: 'search', bySearch: null });
  expect(pick(searched, { kind: 'max-drop', drop: 0.01 }).why).toContain('from the search and not confirmed');
  expect(picks({ kind: 'max-drop', drop: 0.01 }, frontReport(mixed(true)))).toBe(4);
});

describe('what fits by its search figures alone is told, with the way out', () => {
  const promised = study([
    [1, [0.5, 0.05], null],
    [2, [0.7, 0.008], [0.95, 0.02]],
  ]);
  const alone = frontReport({ ...promised, trials: promised.trials.slice(1) });
  const told =
    /Trial 2 fits only by its search figures \(1\.43x .*, not by its confirmed ones \(1\.05x .*\. Pick within a wider limit, or continue the search with more --trials\.$/;

  test.each<[PickRule, 'picked' | 'none']>([
    [{ kind: 'max-drop', drop: 0.01 }, 'picked'],
    [{ kind: 'max-latency', latencyMs: 8 }, 'none'],
    [{ kind: 'min-speedup', speedup: 1.4 }, 'none'],
  ])('of %o', (rule, state) => {
    const picked = pick(alone, rule);
    expect(picked).toMatchObject({ state, figures: 'confirmed', bySearch: 2 });
    expect(picked.why).toMatch(told);
    expect(picked.why).toContain('Judged by confirmed figures, on 1000 images that the search never saw.');
  });

  test('and not where nothing fits by either, or another trial does', () => {
    expect(pick(alone, { kind: 'min-speedup', speedup: 3 })).toMatchObject({ state: 'none', bySearch: null });
    const other = pick(frontReport(mixed()), { kind: 'max-drop', drop: 0.01 });
    expect(other).toMatchObject({ state: 'picked', bySearch: null });
  });

  test('some confirmed, some not: both are named', () => {
    const picked = pick(frontReport(promised), { kind: 'min-speedup', speedup: 3 });
    expect(picked).toMatchObject({ state: 'none', figures: 'both' });
    expect(picked.why).toContain('Judged by confirmed figures where there are any, on 1000 images');
  });
});
