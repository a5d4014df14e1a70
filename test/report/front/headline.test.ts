import { describe, expect, test } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import type { FrontInput, TrialInput } from '../../../src/report/front/front.ts';
import { frontReport } from '../../../src/report/front/front-report.ts';
import { gainOf } from '../../../src/report/front/gain.ts';
import { headline } from '../../../src/report/front/headline.ts';
import { frontRecord } from '../../../src/report/front/json.ts';
import { pick } from '../../../src/report/front/pick.ts';
import { pickWithMargin } from '../../../src/report/front/pick-margin.ts';
import { ruleFor } from '../../../src/report/front/pick-rule.ts';
import { frontTable } from '../../../src/report/front/table.ts';
import { nextSteps } from '../../../src/report/next-steps.ts';
import { roiStudy } from '../../../src/report/roi-study.ts';
import { bestSpeedup, studyTable } from '../../../src/report/study-list.ts';
import { confirmDense, disturbedIn, mixed, study } from '../fixture.ts';

const searched = () => study(mixed().trials.map(({ trial, search }) => [trial, [search.ratio, search.drop], null]));

describe('what a search has come to', () => {
  test('gained: the fastest within the drop', () => {
    const report = frontReport(searched());
    expect(gainOf(report)).toMatchObject({ kind: 'gained', point: { trial: 2 } });
    expect(gainOf(report, 0.05)).toMatchObject({ kind: 'gained', point: { trial: 1 } });
    expect(headline(report).slice(0, 2)).toEqual([
      'Fastest within 1.00 pp of accuracy: trial 2 (not confirmed), 7 ms against 10 ms dense, 1.43x [1.41, 1.44], -0.80 pp (95 % ± 0.63).',
      'The interval reaches to -1.43 pp.',
    ]);
    expect(bestSpeedup(report)).toBeCloseTo(1 / 0.7, 12);
  });

  test('within noise: says to keep the dense model', () => {
    const report = frontReport(study([[5, [0.995, 0.003], null]]));
    expect(gainOf(report)).toMatchObject({ kind: 'within-noise', point: { trial: 5 } });
    expect(headline(report).slice(0, 2)).toEqual([
      'Keep the dense model (10 ms): nothing within 1.00 pp of accuracy is faster beyond noise.',
      expect.stringMatching(/^The nearest is trial 5 .* with 1.01x \[.*, an interval that does not lie above 1\.$/),
    ]);
    expect(bestSpeedup(report)).toBeNull();
  });

  test('one beyond noise is found behind a faster one that is not', () => {
    const input = study([
      [1, [0.96, 0.003], null],
      [2, [0.97, 0.002], null],
    ]);
    const [first, second] = input.trials;
    const wide = { ...first!, search: { ...first!.search, interval: [0.9, 1.02] as const } };
    expect(gainOf(frontReport({ ...input, trials: [wide, second!] }))).toMatchObject({
      kind: 'gained',
      point: { trial: 2 },
    });
  });

  test('a small gain is called little, a large one is not', () => {
    const small = headline(frontReport(study([[1, [0.97, 0.003], null]])));
    expect(small[1]).toContain('Little is gained');
    expect(headline(frontReport(mixed())).join(' ')).not.toContain('Little');
  });

  test('too costly: names the one that loses least', () => {
    const report = frontReport(
      study([
        [1, [0.5, 0.3], null],
        [2, [0.6, 0.2], null],
      ]),
    );
    expect(gainOf(report)).toMatchObject({ kind: 'too-costly', point: { trial: 2 } });
  });

  test('the dense model alone', () => {
    const report = frontReport(study([[1, [1.2, 0.3], null]]));
    expect(gainOf(report)).toEqual({ kind: 'dense-alone' });
    expect(headline(report)[0]).toBe('Keep the dense model (10 ms): nothing beats it, and it is alone on the front.');
  });
});

describe('before any trial has run', () => {
  const report = frontReport({ ...study([]), tried: false });
  const nothing = 'No trial has run yet: only the dense model is measured (10 ms).';

  test('nothing is said for or against the network, only how to go on', () => {
    expect(gainOf(report)).toEqual({ kind: 'untried' });
    expect(headline(report).slice(0, 2)).toEqual([
      nothing,
      'Run the same search again, and it goes on where it stopped.',
    ]);
    expect(headline(report).join(' ')).not.toContain('Keep');
    expect(frontRecord(report).gain).toMatchObject({ kind: 'untried', trial: null, recommended: 0 });
  });

  test('no rule picks anything, with a margin or without, and nothing is offered but to go on', () => {
    for (const rule of [ruleFor({}), ruleFor({ latencyMs: 20 }), { kind: 'knee' } as const]) {
      const picked = pick(report, rule);
      expect(picked.state).toBe('none');
      expect(picked.why).toContain(nothing);
    }
    expect(pickWithMargin(report, { drop: 0.01 }, 0.95)).toMatchObject({ point: null, looked: 0 });
    expect(nextSteps(report, '')).toHaveLength(1);
    expect(nextSteps(report, '')[0]).toContain('the same command again');
    expect(() => roiStudy(report, { kind: 'max-drop', drop: 0.01 }, 1)).toThrow('no trial has run yet');
  });
});

test('where every trial is disturbed, a pick says that nothing is known, and never names the dense model as disturbed', () => {
  const { trials, dense, ...rest } = searched();
  const search = { ...dense.search, latencyQuality: 'disturbed' as const };
  const input = { ...rest, dense: { ...dense, search }, trials: trials.map(each => disturbedIn(each, 'search')) };
  const tight = pick(frontReport(input), { kind: 'max-drop', drop: 0.0001 });
  expect(tight.why).toContain('The dense model, until the trials on the front are measured again. Other work');
  expect(tight.why).not.toMatch(/nothing is faster|it would be the dense model/);
  const wide = pick(frontReport(input), { kind: 'max-drop', drop: 0.5 });
  expect(wide.why).toMatch(/By a latency that is not known, .* it would be trial \d+ \(disturbed\)/);
});

describe('confirmed figures decide, where there are any', () => {
  // In search trial 2 was fastest within a point; confirmed it loses two, and trial 4 is what is left.
  test('and the headline, the record and the pick are the same, in either phase', () => {
    for (const report of [frontReport(mixed()), frontReport(mixed(true))]) {
      expect(headline(report)[0]).toBe(
        'Fastest within 1.00 pp of accuracy: trial 4 (confirmed), 10.6 ms against 12 ms dense, 1.14x [1.13, 1.15], -0.40 pp (95 % ± 0.44).',
      );
      expect(frontRecord(report).gain).toEqual({
        maxDrop: 0.01,
        kind: 'gained',
        trial: 4,
        figures: 'confirmed',
        recommended: 4,
        imagesToTell: null,
      });
      expect(pick(report, { kind: 'max-drop', drop: 0.01 })).toMatchObject({ point: { trial: 4 } });
    }
  });

  test('what the search had promised is said where nothing is left', () => {
    const report = frontReport(study([[2, [0.7, 0.008], [0.95, 0.02]]]));
    expect(headline(report).slice(0, 3)).toEqual([
      'Keep the dense model (12 ms): no trial on the front keeps within 1.00 pp of its accuracy.',
      'The nearest is trial 2 (confirmed), 1.05x [1.04, 1.06] at 11.4 ms, -2.00 pp (95 % ± 0.44).',
      'Trial 2 fits only by its search figures (1.43x [1.41, 1.44] at 7 ms, -0.80 pp (95 % ± 0.63)), not by its confirmed ones (1.05x [1.04, 1.06] at 11.4 ms, -2.00 pp (95 % ± 0.44)). Pick within a wider limit, or continue the search with more --trials.',
    ]);
    expect(frontRecord(report).gain).toEqual({
      maxDrop: 0.01,
      kind: 'too-costly',
      trial: 2,
      figures: 'confirmed',
      recommended: 0,
      imagesToTell: null,
    });
  });

  test('a trial that was confirmed before the search put another in its place still counts', () => {
    const report = frontReport(
      study([
        [1, [0.8, 0.002], [0.8, 0.002]],
        [2, [0.79, 0.001], [0.85, 0.02]],
      ]),
    );
    expect(report.points.map(({ trial }) => trial)).toEqual([2, 0]);
    expect(gainOf(report)).toMatchObject({ kind: 'gained', point: { trial: 1, confirmed: true } });
    expect(pick(report, { kind: 'max-drop', drop: 0.01 })).toMatchObject({ point: { trial: 1 } });
  });
});

test('the device is named, and what is computed is not called measured', () => {
  const on = (computed: boolean) =>
    headline(frontReport({ ...mixed(true), device: { name: 'chip', computed } })).at(-1);
  expect(on(false)).toBe('Device: chip.');
  expect(on(true)).toBe('Device: chip; latencies are computed from a model of it, not measured.');
});

test('limits are told, since a front hides what lies beyond them', () => {
  const limits = { minSpeedup: 50 };
  expect(headline(frontReport({ ...study([]), limits }))).toEqual([
    'Keep the dense model (10 ms): no trial within the limits (at least 50.00x as fast) beats it.',
    'Search within other limits, or remove them with --max-drop none.',
  ]);
  expect(headline(frontReport({ ...mixed(), limits }))).toContain(
    'Trials beyond the limits of the study (at least 50.00x as fast) are left out.',
  );
  expect(frontRecord(frontReport({ ...mixed(), limits })).limits).toEqual(limits);
  expect(frontRecord(frontReport(mixed())).limits).toEqual({});
});

test('search-time figures are said to flatter, confirmed ones how many left', () => {
  const onward = 'To go on: rankfront confirm --study small';
  expect(headline(frontReport(searched())).slice(-2)).toEqual([
    'These are search-time figures on 400 images, not confirmed: the best of many noisy values flatters itself.',
    onward,
  ]);
  expect(headline(frontReport(mixed())).at(-1)).toBe(
    'The table has search-time figures on 400 images, which flatter. The sentences above use confirmed figures where there are any, on 1000 images that the search never saw and in a longer latency run.',
  );
  expect(headline(frontReport(mixed(true))).at(-1)).toBe(
    'The whole front is confirmed on 1000 images that the search never saw and in a longer latency run; 1 left the front.',
  );
  const some = study(
    [
      [1, [0.5, 0.05], null],
      [2, [0.7, 0.008], [0.7, 0.008]],
    ],
    true,
  );
  expect(headline(frontReport(some)).slice(-2)).toEqual([
    '1 of 2 trials on the front are confirmed, on 1000 images that the search never saw and in a longer latency run; none left the front.',
    onward,
  ]);
});

test('a confirmed trial is headlined before a faster one that only the search has seen, which is named', () => {
  const report = frontReport(
    study(
      [
        [1, [0.5, 0.005], null],
        [2, [0.7, 0.002], [0.7, 0.004]],
      ],
      true,
    ),
  );
  expect(gainOf(report)).toMatchObject({ kind: 'gained', point: { trial: 2, confirmed: true } });
  expect(headline(report)).toContain(
    'Faster, but not confirmed yet: trial 1 (not confirmed), 2.00x [1.98, 2.02] at 6 ms, -0.50 pp (95 % ± 0.63).',
  );
});

describe('what is not known is not called a result', () => {
  /** One confirmed trial, 1.27x, on 175 images. */
  const few = (drop: number, dropStandardError: number): FrontInput => {
    const input = study([[33, [0.79, 0.034], [0.79, drop]]], true);
    const [trial] = input.trials as [TrialInput];
    return {
      ...input,
      dense: { ...input.dense, confirm: { ...confirmDense, images: 175 } },
      trials: [{ ...trial, confirm: { ...trial.confirm!, dropStandardError } }],
    };
  };

  test('wider than the limit: how bad it may be, how many images would tell, and what to run until then', () => {
    const report = frontReport(few(0.0343, 0.0255));
    expect(gainOf(report)).toMatchObject({ kind: 'cannot-tell', point: { trial: 33 } });
    // 95 %: 1.96 sqrt(0.0255^2 + 1 / 177^2) is 5.12 points, and 175 (5.12 / 1)^2 images are 4586.
    expect(headline(report).slice(0, 2)).toEqual([
      'Keep the dense model (12 ms): nothing that is faster is known to keep within 1.00 pp of accuracy.',
      'It is not clear from 175 images whether trial 33 (confirmed) keeps within 1.00 pp: 1.27x [1.25, 1.28] at 9.48 ms, -3.43 pp (95 % ± 5.12), which may be as bad as -8.55 pp; about 4600 images would show it.',
    ]);
    expect(headline(report).join(' ')).not.toContain('beyond noise');
    expect(frontRecord(report).gain).toMatchObject({ kind: 'cannot-tell', trial: 33, recommended: 0 });
    expect(frontRecord(report).gain.imagesToTell).toBe(4586);
    expect(pick(report, { kind: 'limits' })).toMatchObject({ state: 'picked', point: { trial: 0 } });
    expect(bestSpeedup(report)).toBeNull();
  });

  test('two networks that agree on all of few images are not known to agree', () => {
    const report = frontReport(few(0, 0));
    expect(gainOf(report)).toMatchObject({ kind: 'cannot-tell' });
    expect(headline(report)[1]).toContain('0.00 pp (95 % ± 1.11)');
    // On 1000 images they are.
    expect(gainOf(frontReport(study([[33, [0.79, 0], [0.79, 0]]], true)))).toMatchObject({ kind: 'gained' });
  });

  test('so many lost that even few images show it', () => {
    const report = frontReport(few(0.12, 0.03));
    expect(gainOf(report)).toMatchObject({ kind: 'too-costly', point: { trial: 33 } });
  });

  test('lost 8.0 points on the images of the search and gained 2.9 on the others: not within a point', () => {
    const losses = (lost: number, gained: number): Int8Array =>
      Int8Array.from({ length: 1000 }, (_, i) => (i < lost ? 1 : i < lost + gained ? -1 : 0));
    const input = study([[7, [0.92, 0.08], [0.92, -0.029]]], true);
    const [trial] = input.trials as [TrialInput];
    const torn = {
      ...trial,
      search: { ...trial.search, losses: losses(95, 15) },
      confirm: { ...trial.confirm!, losses: losses(21, 50) },
    };
    const report = frontReport({ ...input, trials: [torn] });
    expect(gainOf(report).kind).toBe('cannot-tell');
    expect(headline(report)[1]).toContain('the images of the search disagree');
    expect(frontRecord(report).points[0]!.judged).toMatchObject({ by: 'confirm', contradicted: true, change: 0.029 });
  });
});

test('the images of both phases are pooled once enough other trials are confirmed, and that is said', () => {
  const rng = seededRng(3);
  const drawn = (images: number, lost: number): Int8Array =>
    Int8Array.from({ length: images }, () => (rng.uniform() < lost ? 1 : rng.uniform() < 0.02 ? -1 : 0));
  const meanOf = (values: Int8Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const input = study(
    [1, 2, 3, 4, 5].map(trial => [trial, [0.5 + 0.1 * trial, 0], [0.5 + 0.1 * trial, 0]] as const),
    true,
  );
  const trials = input.trials.map((trial): TrialInput => {
    const [search, confirm] = [drawn(400, 0.05), drawn(1000, 0.05)];
    return {
      ...trial,
      search: { ...trial.search, losses: search, drop: meanOf(search) },
      confirm: { ...trial.confirm!, losses: confirm, drop: meanOf(confirm) },
    };
  });
  const report = frontReport({ ...input, trials });
  const all = [...report.points, ...report.dominated].filter(({ trial }) => trial !== 0);
  for (const { judged } of all) expect(judged).toMatchObject({ by: 'both', images: 1400, contradicted: false });
  expect(headline(report, 0.05)[0]).toMatch(/-\d\.\d\d pp \(95 % ± \d\.\d\d\), from the 1400 images of both phases\./);
  expect(frontTable(report)).toContain(
    'The front is judged by the images of both phases; the table has the confirmed ones.',
  );
  // With one trial less there are too few others.
  const fewer = frontReport({ ...input, trials: trials.slice(0, 3) });
  for (const { judged, trial } of fewer.points)
    if (trial !== 0) expect(judged).toMatchObject({ by: 'confirm', images: 1000 });
});

describe('a disturbed latency', () => {
  const input = study(
    [
      [1, [0.5, 0.001], null],
      [2, [0.8, 0.002], [0.8, 0.002]],
    ],
    true,
  );
  const [one, two] = input.trials as [TrialInput, TrialInput];
  const report = frontReport({ ...input, trials: [disturbedIn(one, 'search'), two] });

  test('is never headlined; how many there are and how to go on is said', () => {
    expect(gainOf(report)).toMatchObject({ kind: 'gained', point: { trial: 2 } });
    expect(headline(report)).toEqual([
      'Fastest within 1.00 pp of accuracy: trial 2 (confirmed), 9.60 ms against 12 ms dense, 1.25x [1.24, 1.26], -0.20 pp (95 % ± 0.44).',
      '1 of 2 trials on the front are confirmed, on 1000 images that the search never saw and in a longer latency run; none left the front.',
      '1 of 2 trials on the front is disturbed: other work slowed the machine while it was timed, so its speed-up is not known.',
      'To go on: rankfront confirm --study small',
    ]);
    expect(frontRecord(report)).toMatchObject({ disturbed: 1, unconfirmed: 0 });
  });

  test('of every trial leaves nothing known', () => {
    const busy = frontReport({ ...input, trials: [disturbedIn(one, 'search'), disturbedIn(two, 'search', 'confirm')] });
    expect(gainOf(busy)).toMatchObject({ kind: 'disturbed', point: { trial: 1 } });
    expect(headline(busy).slice(0, 2)).toEqual([
      'Keep the dense model (10 ms) until the trials on the front are measured again: no speed-up is known yet.',
      'Other work slowed the machine while they were timed.',
    ]);
    expect(frontRecord(busy).gain).toMatchObject({ kind: 'disturbed', recommended: 0 });
    expect(bestSpeedup(busy)).toBeNull();
  });

  test('is picked only on request', () => {
    const picked = pick(report, { kind: 'max-drop', drop: 0.01 });
    expect(picked).toMatchObject({ point: { trial: 2 } });
    expect(picked.why).toMatch(/it would be trial 1 \(disturbed\), 2\.00x .*--accept-disturbed takes it as it is\.$/);
    const accepted = pick(report, { kind: 'max-drop', drop: 0.01 }, { acceptDisturbed: true });
    expect(accepted).toMatchObject({ point: { trial: 1 } });
    const anyway = pick(report, { kind: 'min-speedup', speedup: 1.5 }, { acceptDisturbed: true });
    expect(anyway).toMatchObject({ state: 'picked', point: { trial: 1, latencyQuality: 'disturbed' } });
    expect(anyway.why).toContain('Its speed-up is not known');
    expect(pick(report, { kind: 'min-speedup', speedup: 1.5 }).state).toBe('none');
  });
});

test('the list of studies says what each has come to', () => {
  const row = {
    study: 'night',
    state: 'complete',
    complete: 100,
    failed: 2,
    pruned: 3,
    limits: {},
    objectives: ['latency', 'top1'],
    waiting: 0,
    frontSize: 12,
    bestSpeedup: 1.284,
    doubts: null,
    disturbed: 0,
    unconfirmed: 0,
    hypervolume: 0.41234567,
    created: '2030-01-02T03:04:05Z',
    device: { name: 'a board', computed: true },
    model: 'models/resnet18.onnx',
  };
  const lines = studyTable([
    row,
    {
      ...row,
      study: 'empty',
      limits: { maxDrop: 0.02, minSpeedup: 1.2 },
      bestSpeedup: null,
      device: null,
      hypervolume: null,
      model: 'C:\\m\\a.onnx',
    },
  ]).split('\n');
  expect(lines[0]!.split(/ {2,}/)).toEqual(['study', 'state', 'done', 'fail', 'stopped', 'left', 'front', 'best 1pp']);
  expect(lines[1]!.split(/ {2,}/)).toEqual(['night', 'complete', '100', '2', '3', '0', '12', '1.28x']);
  expect(lines[2]!.split(/ {2,}/).slice(7)).toEqual(['-']);
  expect(lines.slice(3, 5).map(line => line.split(/ {2,}/))).toEqual([
    [''],
    ['study', 'device', 'model', 'created', 'HV'],
  ]);
  expect(lines[5]!.split(/ {2,}/)).toEqual(['night', 'a board (computed)', 'resnet18.onnx', '2030-01-02', '0.4123']);
  expect(lines[6]!.split(/ {2,}/)).toEqual(['empty', '-', 'a.onnx', '2030-01-02', '-']);
  expect(lines.slice(7)).toEqual(['Limits of "empty": at most 2.00 pp lost, at least 1.20x as fast.']);
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(80);
  const long = { ...row, study: 'a'.repeat(60), model: `${'b'.repeat(60)}.onnx` };
  expect(studyTable([long])).not.toContain(long.study);
  expect(studyTable([long], true)).toContain(long.study);
  expect(studyTable([long], true)).toContain(long.model);
  expect(studyTable([])).toBe('No study in this store yet.');
});
