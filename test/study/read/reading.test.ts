/** What is read of a study by its stored figures, against a recount of everything. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { furtherOf } from '../../../src/objectives/objectives.ts';
import type { FrontInput, FrontPoint, FrontReport, TrialInput } from '../../../src/report/front/front.ts';
import { frontReport } from '../../../src/report/front/front-report.ts';
import { headline } from '../../../src/report/front/headline.ts';
import { frontRecord } from '../../../src/report/front/json.ts';
import { frontTable } from '../../../src/report/front/table.ts';
import { median } from '../../../src/stats/robust.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Study } from '../../../src/store/study.ts';
import { measurement } from '../../../src/study/read/measurement.ts';
import { observationsIn } from '../../../src/study/read/phase-observations.ts';
import { frontOf, readFront } from '../../../src/study/read/read-front.ts';
import { readStudy } from '../../../src/study/read/reading.ts';
import type { StudyReading } from '../../../src/study/read/study-reading.ts';
import { disagreementText } from '../../../src/study/recount/disagreement.ts';
import { doubtful } from '../../../src/study/recount/doubts.ts';
import { recountStudy } from '../../../src/study/recount/recount-study.ts';
import { newTrial } from '../../store/samples.ts';
import { type Change, confirmAgain, finish, type MadeUp, remeasured, studyOf } from './random-study.ts';

/** The report as it is when every answer and every sample of every trial is recounted first. */
async function fromAll(store: Store, study: Study, confirmed: boolean): Promise<FrontReport> {
  const { trials, disagreements, feasible } = await recountStudy(store, study, { bounds: false });
  const left = doubtful(disagreements);
  const further = furtherOf(study.objectives);
  const believed = trials.filter(({ trial }) => trial.state === 'complete' && !left.has(trial.number));
  const dense = believed.find(({ trial }) => trial.number === 0)!;
  const phase = (name: 'search' | 'confirm') => {
    const seen = observationsIn(dense.samples, name)!;
    const times = believed.flatMap(({ samples }) =>
      samples.flatMap(each =>
        each.kind === 'latency' && each.phase === name && each.quality === 'good' ? [each.referenceMs] : [],
      ),
    );
    return { latencyMs: median(times), latencyQuality: 'good', accuracy: 1, images: seen.accuracy.images } as const;
  };
  const inputs = believed.flatMap(({ trial, samples }): TrialInput[] => {
    const search = observationsIn(samples, 'search');
    const confirm = observationsIn(samples, 'confirm');
    if (trial.number === 0 || trial.state !== 'complete' || !feasible.has(trial.number) || !search) return [];
    return [
      {
        trial: trial.number,
        configuration: trial.assignment,
        macs: trial.macs,
        params: trial.params,
        search: measurement(search, observationsIn(dense.samples, 'search')!, further),
        confirm: confirm && measurement(confirm, observationsIn(dense.samples, 'confirm')!, further),
      },
    ];
  });
  const input: FrontInput = {
    study: study.name,
    device: null,
    objectives: study.objectives,
    dense: { ...study.dense, macs: 100, params: 10, search: phase('search'), confirm: phase('confirm') },
    trials: inputs,
    confirmed,
    doubts: [],
  };
  return frontReport(input);
}

const images = 8;
const changes: readonly Change[] = [
  'faster',
  'slower',
  'more-accurate',
  'less-accurate',
  'passed-off-as-good',
  'values-alone',
];

const madeUp: fc.Arbitrary<MadeUp> = fc.record({
  ratio: fc.integer({ min: 2, max: 24 }).map(n => n / 20),
  correct: fc.array(fc.boolean(), { minLength: images, maxLength: images }),
  disturbed: fc.boolean(),
  confirmed: fc.option(fc.array(fc.boolean(), { minLength: 2 * images, maxLength: 2 * images }), { freq: 3 }),
  change: fc.option(fc.constantFrom(...changes), { freq: 3 }),
});

/** Everything but what is told of changed trials. */
const shown = (report: FrontReport) => {
  const told: FrontReport = { ...report, doubts: [], device: null };
  return {
    record: frontRecord(told),
    table: frontTable(told),
    headline: headline(told),
    best: report.best.map(({ trial }) => trial),
  };
};

test('a front chosen by stored figures is the one that a recount of everything has', async () => {
  let left = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(madeUp, { minLength: 1, maxLength: 14 }), async trials => {
      const { store, study } = await studyOf(trials);
      for (const figures of ['search', 'best'] as const) {
        const report = await readFront(store, study, figures);
        expect(shown(report)).toEqual(shown(await fromAll(store, study, figures === 'best')));
        left += report.doubts.length;
      }
    }),
    { numRuns: 120, seed: 5 },
  );
  // Or nothing was tried.
  expect(left).toBeGreaterThan(50);
});

const right = (n: number): boolean[] => Array.from({ length: images }, (_, i) => i < n);
const plain = (ratio: number, n: number, change: Change | null = null): MadeUp => ({
  ratio,
  correct: right(n),
  disturbed: false,
  confirmed: null,
  change,
});
const numbers = (points: readonly FrontPoint[]): number[] => points.map(({ trial }) => trial).sort((a, b) => a - b);

describe('a study that was changed', () => {
  test('a member is left out, the next one takes its place, and so on until all that is shown adds up', async () => {
    // 1 is stored as the fastest and the most accurate, 2 as the best of the rest, and 3 is the best in truth.
    const { store, study } = await studyOf([
      plain(0.5, 4, 'faster'),
      plain(0.6, 4, 'more-accurate'),
      plain(0.62, 4),
      plain(0.9, 3),
    ]);
    const reading = await readStudy(store, study);
    const report = frontOf(reading, 'search');
    expect(numbers(report.points)).toEqual([0, 3]);
    expect(report.doubts.join('\n')).toMatch(
      /trial 1, search phase: latency ratio[\s\S]*trial 2, search phase: accuracy/,
    );
    // The last one is beaten by a trial that adds up: nothing of it is printed, and nothing of it was recounted.
    expect([...reading.recounted.keys()].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  });

  test('one that was made worse is shown by nobody; it is recounted where it is named, and by verify', async () => {
    const { store, study } = await studyOf([plain(0.5, 6, 'slower'), plain(0.6, 6), plain(0.7, 7)]);
    const reading = await readStudy(store, study);
    expect(reading.disagreements).toEqual([]);
    expect(numbers(frontOf(reading, 'search').points)).toEqual([0, 2, 3]);
    const named = await readStudy(store, study, [1]);
    expect(named.disagreements.map(disagreementText).join()).toContain('trial 1, search phase: latency ratio');
    const all = await recountStudy(store, study, { bounds: true });
    expect(all.disagreements.map(disagreementText).join()).toContain('trial 1, search phase: latency ratio');
    expect((await fromAll(store, study, false)).points.map(({ trial }) => trial)).toEqual(
      frontOf(reading, 'search').points.map(({ trial }) => trial),
    );
  });

  test('values that do not follow from their observation are found in any trial, beaten or not', async () => {
    const { store, study } = await studyOf([plain(0.5, 7), plain(0.8, 3, 'values-alone'), plain(0.7, 2)]);
    const { disagreements, recounted } = await readStudy(store, study);
    expect(disagreements.map(disagreementText).join()).toContain('trial 2, search phase: objective values');
    expect(recounted.has(3)).toBe(false);
  });
});

/** Without what stands beside the figures: the objects that were kept. */
const known = ({ fronts, front, hypervolume, feasible, observations, recounted, disagreements }: StudyReading) => ({
  ...{ fronts, front, hypervolume, feasible, disagreements },
  observations: new Map([...observations].sort(([a], [b]) => a - b)),
  recounted: new Map([...recounted].sort(([a], [b]) => a - b)),
});

test('what is read on from an earlier reading is what is read anew, whatever was written meanwhile', async () => {
  let kept = 0;
  const later = fc.oneof(
    fc.record({ what: fc.constant('finish' as const), made: madeUp }),
    fc.record({ what: fc.constant('confirm' as const), which: fc.nat(20), right: fc.nat(images) }),
    fc.record({ what: fc.constant('remeasure' as const), which: fc.nat(20), ratio: fc.integer({ min: 2, max: 24 }) }),
    fc.record({ what: fc.constant('look' as const) }),
  );
  const given = [fc.array(madeUp, { maxLength: 5 }), fc.array(later, { minLength: 1, maxLength: 9 })] as const;
  await fc.assert(
    fc.asyncProperty(...given, async (trials, writes) => {
      const { store, study } = await studyOf(trials);
      let count = trials.length + 1;
      let before = await readStudy(store, study);
      for (const write of writes) {
        const which = 'which' in write ? await store.trials.get(study.id, write.which % count) : null;
        if (write.what === 'finish') await finish(store, study, count++, write.made);
        else if (write.what === 'confirm' && which) await confirmAgain(store, which, write.right);
        else if (write.what === 'remeasure' && which && which.number > 0)
          await remeasured(store, study, which, write.ratio / 20);
        else {
          const fresh = await readStudy(store, study);
          const onward = await readStudy(store, study, [], before);
          expect(known(onward)).toEqual(known(fresh));
          for (const [number, found] of onward.recounted) kept += Number(before.recounted.get(number) === found);
          before = onward;
        }
      }
    }),
    { numRuns: 150, seed: 9 },
  );
  // Or nothing was kept, and everything recounted each time.
  expect(kept).toBeGreaterThan(100);
});

test('before the dense model is measured there is no front, and whoever asks for one is told', async () => {
  const { store, study } = await studyOf([]);
  const other = await store.studies.create({ ...study, name: 'empty' });
  expect((await readStudy(store, other)).fronts).toBeNull();
  await expect(readFront(store, other, 'best')).rejects.toThrow(/no measurement yet/);
  await store.queue.begin(other.id, newTrial(0));
  await expect(readFront(store, other, 'best')).rejects.toThrow(/no measurement yet/);
  const { points } = await readFront(store, study, 'best');
  expect(points.map(({ trial }) => trial)).toEqual([0]);
});

test('a trial that is finished while a study is read is no contradiction', async () => {
  const { store, study } = await studyOf([plain(0.5, 6), plain(0.6, 7)]);
  let written = 0;
  const front: Store['trials']['front'] = async studyId => {
    if (written++ === 0) await finish(store, study, 3, plain(0.3, 8));
    return store.trials.front(studyId);
  };
  const reading = await readStudy({ ...store, trials: { ...store.trials, front } }, study);
  expect(written).toBeGreaterThan(1);
  expect(reading.disagreements).toEqual([]);
  expect(numbers(frontOf(reading, 'search').points)).toEqual([0, 3]);
});

test('a dense model that is confirmed while a study is read is no contradiction', async () => {
  const { store, study } = await studyOf([plain(0.5, 6)]);
  // What was listed a moment before its confirming was stored.
  const observations: Store['trials']['observations'] = async studyId =>
    new Map(
      [...(await store.trials.observations(studyId))].map(([number, seen]) => [
        number,
        seen.filter(({ phase }) => phase === 'search'),
      ]),
    );
  const report = await readFront({ ...store, trials: { ...store.trials, observations } }, study, 'best');
  expect(numbers(report.points)).toEqual([0, 1]);
  expect(report.points.find(({ trial }) => trial === 0)).toMatchObject({ latencyMs: 10 });
});
