/** `verify` as a whole, on a small study whose device may be elsewhere. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { summary } from '../../../src/cli/verify-text.ts';
import { UserError } from '../../../src/errors/user-error.ts';
import { currentEnvironment } from '../../../src/host/environment.ts';
import { trialText } from '../../../src/report/trial-report.ts';
import { trialView } from '../../../src/study/read/trial-view.ts';
import type { LatencyVerdict } from '../../../src/study/verify/verdict.ts';
import { makeWorld, type World } from '../../cli/world.ts';
import { board, type SmallStudy, scripted, smallStudy, type Told, verified } from './small-study.ts';

const custom = 'name: Board\ndriver: { kind: custom }\nrankGranularity: 4\nlatencyBudget: { waitMs: 0 }\n';
const onBoard = { driver: 'board', environment: board, load: 0.25, exact: false } as const;
const everything = { phase: null, trial: null };

let world: World;
let there: SmallStudy;
const before = { ...process.env };
beforeAll(async () => {
  world = makeWorld();
  Object.assign(process.env, world.env);
  there = await smallStudy(world, custom, scripted(onBoard));
}, 120_000);
afterAll(() => {
  for (const name of Object.keys(world.env)) delete process.env[name];
  Object.assign(process.env, before);
  world.remove();
});

const latencies = ({ verdicts }: Told): LatencyVerdict[] =>
  verdicts.flatMap(({ phases }) => phases.flatMap(({ latency }) => latency ?? []));
const accuracies = ({ verdicts }: Told) => verdicts.flatMap(({ phases }) => phases.map(({ accuracy }) => accuracy));

describe('a study on a device elsewhere', () => {
  test('keeps where each figure is from: latencies from there, scores from here', async () => {
    const trial = (await there.store.trials.get(there.study.id, 2))!;
    const samples = await there.store.trials.samples(trial.id);
    const places = samples.map(({ kind, environment, load }) => [
      kind,
      environment.cpuModel,
      kind === 'latency' && load,
    ]);
    const here = currentEnvironment().cpuModel;
    expect(places).toEqual([
      ['latency', board.cpuModel, 0.25],
      ['accuracy', here, false],
      ['latency', board.cpuModel, 0.25],
      ['accuracy', here, false],
    ]);
  });

  test('shows it', async () => {
    const trial = (await there.store.trials.get(there.study.id, 2))!;
    const text = trialText(await trialView(there.store, there.study, trial, []));
    expect(text).toMatch(/device +Board\n/);
    expect(text).toMatch(/processor +Cortex-A76 of a board, 4 cores/);
    expect(text).toMatch(/load +0\.25 when it was measured/);
    expect(text).toContain(`scored on    ${currentEnvironment().cpuModel}`);
  });

  test('cannot be measured here, which verify says once, and it rescores all the same', async () => {
    const told = await verified(there);
    expect(told.report.disagreements).toEqual([]);
    expect(told.report.recounted).toBe(there.trials);
    expect(latencies(told).map(({ verdict }) => verdict)).toEqual(Array(3).fill('not-measured'));
    expect(latencies(told)[0]).toMatchObject({ now: null, measurements: 0 });
    expect(accuracies(told)).toHaveLength(5);
    expect(accuracies(told).every(each => each?.verdict === 'equal' && each.changedImages === 0)).toBe(true);
    expect(told.report.dense).toEqual([]);
    expect(told.report.unreachable).toMatch(/^Cannot open the device "Board" here: /);
    expect(told.warnings).toEqual([`No latency is measured again: ${told.report.unreachable}`]);
    const text = summary(told.report, everything);
    expect(text).toContain('Recounted 3 trials');
    expect(text).toContain('scored again: 3 of the search, 2 confirmed');
    expect(text).toContain('Not checked: 3 latencies, which cannot be measured here.');
    expect(text).toContain('Of what was checked, every stored number holds.');
    expect(JSON.parse(JSON.stringify(told.report))).toEqual(told.report);
  });

  test('that cannot be reached for another reason is said with that reason', async () => {
    const told = await verified(there, async () => {
      throw new UserError('Cannot reach "board.local": nobody answers.', 'Switch it on.');
    });
    expect(told.report.unreachable).toBe('Cannot reach "board.local": nobody answers. Switch it on.');
    expect(latencies(told).every(({ verdict }) => verdict === 'not-measured')).toBe(true);
    const broken = verified(there, async () => {
      throw new TypeError('a mistake of ours');
    });
    await expect(broken).rejects.toThrow('a mistake of ours');
  });

  test('that is reached from here is judged, since the same machine measures again', async () => {
    const told = await verified(there, scripted(onBoard));
    expect(latencies(told).map(({ verdict }) => verdict)).toEqual(Array(3).fill('consistent'));
    expect(told.report.dense).toMatchObject([
      { phase: 'search', verdict: 'consistent' },
      { phase: 'confirm', verdict: 'consistent' },
    ]);
    expect(told.warnings).toEqual([]);
    expect(summary(told.report, everything)).toContain('Every stored number holds.');
  });

  test('and has become another in its figures is found out', async () => {
    const told = await verified(there, scripted(onBoard, 1.3));
    expect(latencies(told)).toMatchObject(Array(3).fill({ verdict: 'differs', measurements: 3 }));
    expect(summary(told.report, everything)).toContain('2 stored numbers do not hold.');
  });

  test('another machine in its place compares nothing that differs', async () => {
    const other = { ...onBoard, environment: { ...board, cpuModel: 'another board' } };
    const told = await verified(there, scripted(other, 1.3));
    expect(latencies(told)).toMatchObject(Array(3).fill({ verdict: 'other-machine', measurements: 1 }));
    expect(told.report.dense).toEqual([]);
    expect(summary(told.report, everything)).toContain('Not checked: 3 latencies on another machine.');
  });
});

describe('what is stored otherwise than it is', () => {
  /** The store with one observation changed on its way out. */
  const changed = (change: (observation: object) => object): SmallStudy => ({
    ...there,
    store: {
      ...there.store,
      trials: {
        ...there.store.trials,
        samples: async id => (await there.store.trials.samples(id)).map(each => change(each) as typeof each),
      },
    },
  });

  test('is found by recounting, whether the device is reached or not', async () => {
    const told = await verified(
      changed(each => ('referenceMs' in each ? { ...each, referenceMs: Number(each.referenceMs) * 1.1 } : each)),
    );
    expect(told.report.disagreements.map(({ figure }) => figure)).toContain('milliseconds of the dense model');
  });

  test('is found by scoring again', async () => {
    const flipped = changed(each =>
      'predictions' in each
        ? { ...each, predictions: Uint16Array.from(each.predictions as Uint16Array, said => (said + 1) % 10) }
        : each,
    );
    const told = await verified(flipped);
    expect(accuracies(told).every(each => each?.verdict === 'differs')).toBe(true);
    expect(told.report.disagreements.map(({ figure }) => figure)).toContain('answers');
  });
});

test('a study that was scored at another size says so, once', async () => {
  const at = (transform: object): SmallStudy => ({
    ...there,
    study: { ...there.study, data: { ...there.study.data, transform: JSON.stringify(transform) } },
  });
  await expect(verified(at({ resize: 256, height: 224, width: 224 }))).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringMatching(
      /was scored on images of 224 x 224 \(short side resized to 256\), and here they are 32 x 32 \(.*32\)/,
    ),
    wayOut: expect.stringContaining('inputShape'),
  });
  const same = await verified(at({ resize: 32, height: 32, width: 32, metric: 'top1' }));
  expect(same.report.disagreements).toEqual([]);
});

describe('counts of the same files', () => {
  const one = ({ macs, params }: { readonly macs: number; readonly params: number }) => ({ macs: macs - 1, params });
  /** Stored otherwise in the study, and in the trials of these numbers. */
  const counted = (study: boolean, trials: readonly number[]): SmallStudy => ({
    ...there,
    study: study ? { ...there.study, dense: one(there.study.dense) } : there.study,
    store: {
      ...there.store,
      trials: {
        ...there.store.trials,
        list: async (id, options) =>
          (await there.store.trials.list(id, options)).map(each =>
            each.state === 'complete' && trials.includes(each.number) ? { ...each, ...one(each) } : each,
          ),
      },
    },
  });

  test('that another version made in another way are not checked, and it says so', async () => {
    const { report, verdicts } = await verified(counted(true, [0, 1, 2]));
    expect(report).toMatchObject({ countedOtherwise: ['MACs'], disagreements: [] });
    expect(verdicts.map(({ model, facts }) => [model, facts])).toEqual(Array(3).fill(['equal', []]));
    const text = summary(report, everything);
    expect(text).toContain('Not checked: MACs, which another version counted in another way in the same files');
    expect(text).toContain('Of what was checked, every stored number holds.');
  });

  test('that stand alone are wrong', async () => {
    const ofStudy = await verified(counted(true, []));
    expect(ofStudy.report).toMatchObject({ countedOtherwise: [], disagreements: [{ figure: 'MACs', trial: null }] });
    const ofTrial = await verified(counted(false, [2]));
    expect(ofTrial.report).toMatchObject({ countedOtherwise: [], disagreements: [] });
    expect(ofTrial.verdicts.flatMap(({ facts }) => facts)).toMatchObject([{ figure: 'MACs', trial: 2 }]);
  });
});

test('a computed study holds on any machine, and one whose figures changed does not', async () => {
  const text = 'name: computed\ndriver: { kind: roofline, peakMacsPerSecond: 1e9, bandwidthBytesPerSecond: 1e9 }\n';
  const computed = await smallStudy(world, `${text}rankGranularity: 4\n`);
  const told = await verified(computed);
  expect(latencies(told)).toMatchObject(Array(3).fill({ verdict: 'consistent', measurements: 1 }));
  expect(told.report.unreachable).toBeNull();
  const elsewhere = await verified(computed, scripted({ environment: board }));
  expect(latencies(elsewhere)).toMatchObject(Array(3).fill({ verdict: 'differs' }));
});
