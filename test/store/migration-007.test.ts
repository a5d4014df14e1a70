/** Schema 006 brought up to 007, row by row: nothing is lost or rounded, and the drops are those that a front would compute. */
import { copyFileSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { furtherOf } from '../../src/objectives/objectives.ts';
import type { StoredObservation } from '../../src/store/observation.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { measurement } from '../../src/study/read/measurement.ts';
import { observationsIn } from '../../src/study/read/phase-observations.ts';

type Row = Record<string, unknown>;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const golden = join(import.meta.dirname, 'golden', 'schema-006.sqlite');

/** The rows of a database, before or after `change`. */
function rowsOf(path: string, ...queries: string[]): Row[][] {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = queries.map(query => database.prepare(query).all() as Row[]);
  database.close();
  return rows;
}

async function migrated(change?: string): Promise<string> {
  const path = join(folder, 'store.sqlite');
  copyFileSync(golden, path);
  if (change) {
    const database = new DatabaseSync(path);
    database.exec(change);
    database.close();
  }
  await (await openStore(path)).close();
  return path;
}

const key = ({ trial_id, phase, kind }: Row): string => `${trial_id} ${phase} ${kind}`;

test('every column and every byte of every observation is carried over', async () => {
  const path = await migrated();
  const [before = []] = rowsOf(golden, 'select * from observations');
  const [after = [], samples = []] = rowsOf(path, 'select * from observations', 'select * from samples');
  expect(after.map(key).sort()).toEqual(before.map(key).sort());
  const names = {
    candidate_samples: ['candidateSamplesMs', 4],
    reference_samples: ['referenceSamplesMs', 4],
    correct: ['correct', 1 / 8],
    predictions: ['predictions', 2],
    places: ['places', 4],
  } as const;
  let lists = 0;
  for (const old of before) {
    const now = after.find(row => key(row) === key(old))!;
    const common = ['value', 'standard_error', 'interval_lo', 'interval_hi', 'warnings', 'wall_ms', 'load'];
    for (const column of [...common, 'environment_id', 'stored_at_ms']) expect(now[column]).toBe(old[column]);
    const facts = JSON.parse(String(now.facts));
    if (old.kind === 'latency')
      expect(facts).toEqual({
        candidateMs: old.candidate_ms,
        referenceMs: old.reference_ms,
        endedBy: old.ended_by,
        quality: old.quality,
        conditions: old.conditions === null ? null : JSON.parse(String(old.conditions)),
      });
    else expect(facts.images).toBe(old.images);
    const own = samples.filter(row => key(row) === key(old));
    const kept = Object.entries(names).filter(([column]) => old[column] !== null);
    expect(own).toHaveLength(kept.length);
    for (const [column, [name, width]] of kept) {
      const list = own.find(row => row.name === name)!;
      expect(list.content).toEqual(old[column]);
      expect(Math.ceil(Number(list.count) * width)).toBe((old[column] as Uint8Array).length);
      lists++;
    }
  }
  expect(lists).toBeGreaterThan(20);
});

test('what was replaced, the times of stages and the counters are carried over', async () => {
  const path = await migrated();
  const [old = [], oldTrials = [], [oldStudy = {}] = []] = rowsOf(
    golden,
    'select * from revisions',
    'select * from trials order by id',
    'select finished, next_number from studies',
  );
  const [now = [], lists = [], trials = [], counters] = rowsOf(
    path,
    'select * from revisions',
    'select * from revision_samples order by name',
    'select * from trials order by id',
    'select * from counters',
  );
  expect(old).toHaveLength(1);
  const latency = JSON.parse(String(old[0]!.latency));
  expect(now).toMatchObject([
    {
      replaced_at: old[0]!.replaced_at,
      objective_values: old[0]!.objective_values,
      standard_errors: old[0]!.standard_errors,
      kind: 'latency',
      value: latency.value,
      interval_lo: latency.interval_lo,
      environment_id: latency.environment_id,
      stored_at_ms: latency.stored_at_ms,
      warnings: latency.warnings,
    },
  ]);
  expect(JSON.parse(String(now[0]!.facts))).toMatchObject({
    candidateMs: latency.candidate_ms,
    conditions: JSON.parse(latency.conditions),
  });
  expect(lists.map(({ name, content }) => [name, content])).toEqual([
    ['candidateSamplesMs', old[0]!.candidate_samples],
    ['referenceSamplesMs', old[0]!.reference_samples],
  ]);
  for (const [i, trial] of trials.entries()) {
    const { build_ms, latency_ms, accuracy_ms, correction_ms, finished_sequence } = oldTrials[i]!;
    const stages = { buildMs: build_ms, latencyMs: latency_ms, accuracyMs: accuracy_ms };
    const all = correction_ms === null ? stages : { ...stages, correctionMs: correction_ms };
    if (finished_sequence === null) expect(trial.stages).toBeNull();
    else expect(JSON.parse(String(trial.stages))).toEqual(all);
  }
  expect(counters).toEqual([{ study_id: 1, revision: 0, ...oldStudy }]);
});

/** Mean and standard error of the differences, image by image, from the definition. */
function dropOf(dense: ArrayLike<number>, own: ArrayLike<number>): [number, number] {
  const d = Array.from(dense, (each, i) => each - own[i]!);
  const mean = d.reduce((sum, each) => sum + each, 0) / d.length;
  const variance = d.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (d.length - 1);
  return [mean, Math.sqrt(variance / d.length)];
}

const accuracies = async (store: Store) => {
  const [{ name } = { name: '' }] = await store.studies.list();
  const study = await store.studies.get(name);
  const trials = await store.trials.list(study!.id);
  const samples = await Promise.all(trials.map(({ id }) => store.trials.samples(id)));
  return trials.flatMap(({ number }, i) =>
    samples[i]!.flatMap(each => (each.kind === 'accuracy' ? [{ number, ...each }] : [])),
  );
};

test('every accuracy beside the dense answers of its phase has its drop, also on a part of the images', async () => {
  const store = await openStore(await migrated(), { readOnly: true });
  const all = await accuracies(store);
  await store.close();
  const dense = all.find(({ number, phase }) => number === 0 && phase === 'search')!;
  const beside = all.filter(({ number, phase }) => number > 0 && phase === 'search');
  expect(beside.length).toBeGreaterThan(3);
  expect(beside.filter(({ places }) => places)).toHaveLength(1);
  for (const { correct, places, drop, dropStandardError } of beside) {
    const same = places ? Array.from(places, place => dense.correct[place]!) : dense.correct;
    const [mean, error] = dropOf(same, correct);
    expect(drop).toBeCloseTo(mean, 14);
    expect(dropStandardError).toBeCloseTo(error, 14);
  }
  // The dense model has none, and was never confirmed.
  for (const { number, phase, ...rest } of all)
    expect('drop' in rest && 'dropStandardError' in rest).toBe(number > 0 && phase === 'search');
});

test('without the answers of the dense model there are no drops', async () => {
  const gone = `delete from observations where kind = 'accuracy' and trial_id = (select id from trials where number = 0)`;
  const store = await openStore(await migrated(gone), { readOnly: true });
  for (const each of await accuracies(store)) expect(each).not.toHaveProperty('drop');
  await store.close();
});

test.each([
  `update observations set warnings = '[{' where kind = 'latency'`,
  `update observations set conditions = '[1,' where kind = 'latency' and conditions is not null`,
  `update observations set images = -7 where kind = 'accuracy'`,
  `update revisions set latency = 'x'`,
])('content that is damaged is told as such: %s', async change => {
  let told: unknown;
  try {
    const store = await openStore(await migrated(`pragma ignore_check_constraints = on; ${change}`));
    await accuracies(store).finally(store.close);
  } catch (error) {
    told = error;
  }
  expect(String(told)).toMatch(/the store is damaged \(.*\.recover/);
});

describe.each(globSync(join(import.meta.dirname, '../../results/reference/*/study.sqlite')))('%s', path => {
  test('has the drops that its fronts were computed with, to the last bit', { timeout: 60_000 }, async () => {
    const store = await openStore(path, { readOnly: true });
    const [{ name } = { name: '' }] = await store.studies.list();
    const study = await store.studies.get(name);
    const trials = await store.trials.list(study!.id);
    const samples = new Map<number, readonly StoredObservation[]>();
    for (const { id, number } of trials) samples.set(number, await store.trials.samples(id));
    await store.close();
    let compared = 0;
    for (const phase of ['search', 'confirm'] as const) {
      const dense = observationsIn(samples.get(0) ?? [], phase);
      for (const [number, own] of samples) {
        const seen = observationsIn(own, phase);
        if (number === 0 || !seen || !dense) continue;
        const { drop, dropStandardError } = measurement(seen, dense, furtherOf(study!.objectives));
        expect({ number, phase, drop, dropStandardError }).toEqual({
          number,
          phase,
          drop: seen.accuracy.drop,
          dropStandardError: seen.accuracy.dropStandardError,
        });
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(3);
  });
});
