/** Studies of any size, as a search leaves them, written in bulk: 30 sites, 200 images, 200 pairs of latencies a trial. */
import { createHash } from 'node:crypto';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { Assignment } from '../../src/decompose/method.ts';
import { latencyRule } from '../../src/device/conditions.ts';
import { latencyFigures } from '../../src/device/summary.ts';
import type { Environment } from '../../src/host/environment.ts';
import { seededRng } from '../../src/random/rng.ts';
import { z95 } from '../../src/stats/normal.ts';
import { pairedAccuracy } from '../../src/stats/paired-answers.ts';
import { binomialStandardError, wilsonInterval } from '../../src/stats/proportion.ts';
import type { Observation } from '../../src/store/observation.ts';
import { observedColumns, sampleRows } from '../../src/store/sql/observation-rows.ts';
import { studyRow } from '../../src/store/sql/study-rows.ts';
import type { FrontOf, StoredPoint } from '../../src/store/store.ts';
import type { NewStudy } from '../../src/store/study.ts';
import type { CompleteResult, NewTrial } from '../../src/store/trial.ts';
import { insertIntoFront } from '../../src/tuner/pareto/front.ts';
import { hypervolume } from '../../src/tuner/pareto/hypervolume.ts';

export const sites = 30;
export const images = 200;
const pairs = 200;

const environment: Environment = {
  cpuModel: 'Bench CPU @ 2.0 GHz',
  cores: 2,
  governor: null,
  memoryBytes: 8 * 2 ** 30,
  platform: 'linux',
  arch: 'x64',
  node: '24.0.0',
  onnxruntime: '1.30.0',
  rankfront: '0.1.0',
};

const sourceOf = (text: string) => ({ text, sha256: createHash('sha256').update(text).digest('hex') });

export const studyOf = (): NewStudy => ({
  name: 'large',
  model: { path: 'models/net.onnx', sha256: 'a'.repeat(64) },
  space: sourceOf(`sites:\n${'  "layer": [16, 32, 64]\n'.repeat(sites)}`),
  hardware: sourceOf('name: bench\ndriver: onnxruntime\nprovider: cpu\nthreads: 2\n'),
  data: { spec: 'cifar10:data', sha256: 'd'.repeat(64), normalisation: 'torchvision', transform: 'none' },
  proxy: { images, seed: 7 },
  objectives: ['latency', 'top1'],
  seed: 1,
  strategy: { name: 'nsga2', options: {} },
  packageVersion: '0.1.0',
  commandLine: ['search'],
  dense: { macs: 4_089_184_256, params: 25_557_032 },
});

/** Of the two objectives that every filled study has. */
export const frontOf: FrontOf = points => {
  const members = points.reduce<readonly StoredPoint[]>(
    (front, point) => insertIntoFront(front, point, ({ values }) => values).front,
    [],
  );
  return {
    members: members.map(({ number }) => number),
    hypervolume: hypervolume(
      members.map(({ values }) => values),
      [1.1, 1],
    ),
  };
};

/** The same for the same number: the dense model's share of right answers falls with how much is taken away. */
export function resultOf(number: number): CompleteResult {
  const rng = seededRng(number + 1);
  const share = number === 0 ? 1 : 0.4 + 0.6 * rng.uniform();
  const accuracy = number === 0 ? 0.92 : 0.92 - 0.5 * (1 - share) ** 2 - 0.005 * rng.uniform();
  const noise = (): number => 1 + 0.02 * (rng.uniform() - 0.5);
  const referenceSamplesMs = Array.from({ length: pairs }, () => Math.fround(13 * noise()));
  const candidateSamplesMs = referenceSamplesMs.map(ms => Math.fround(ms * share * noise()));
  const sessionPairs = [50, 50, 50, 50];
  const { ratio, interval, candidateMs, referenceMs } = latencyFigures(
    { candidateSamplesMs, referenceSamplesMs },
    sessionPairs,
    'good',
  );
  const value = number === 0 ? 1 : ratio;
  const standardError = (interval[1] - interval[0]) / (2 * z95);
  const correct = Uint8Array.from({ length: images }, () => (rng.uniform() < accuracy ? 1 : 0));
  const right = correct.reduce((sum, each) => sum + each, 0) / images;
  const rightError = binomialStandardError(right, images);
  const measured = { warnings: [], wallMs: 4000, load: 0.5, environment };
  const paired = number === 0 ? null : pairedAccuracy(denseAnswers(), correct);
  const conditions = { rule: latencyRule, sessionPairs, pairsLeftOut: 0, waitedMs: 0, slowdown: 1.01, causes: [] };
  const observations: Observation[] = [
    {
      kind: 'latency',
      value,
      standardError,
      interval,
      ...measured,
      candidateMs,
      referenceMs,
      endedBy: 'interval',
      quality: 'good',
      conditions,
      candidateSamplesMs,
      referenceSamplesMs,
    },
    {
      kind: 'accuracy',
      value: right,
      standardError: rightError,
      interval: wilsonInterval(right, images),
      ...measured,
      images,
      ...(paired && { drop: paired.drop, dropStandardError: paired.standardError }),
      correct,
      predictions: Uint16Array.from({ length: images }, () => rng.integer(1000)),
    },
  ];
  return {
    state: 'complete',
    modelSha256: number.toString(16).padStart(64, '0'),
    macs: Math.round(4e9 * share),
    params: Math.round(2.5e7 * share),
    values: [value, 1 - right],
    standardErrors: [standardError, rightError],
    feasible: true,
    stages: { buildMs: 120.25, latencyMs: 4000.5, accuracyMs: 900.125 },
    observations,
  };
}

let dense: Uint8Array | null = null;

function denseAnswers(): Uint8Array {
  const [, accuracy] = dense ? [] : resultOf(0).observations;
  if (accuracy?.kind === 'accuracy') dense = accuracy.correct;
  if (!dense) throw new Error('the dense model has answers');
  return dense;
}

export function trialOf(number: number, siteCount = sites): NewTrial {
  const rng = seededRng(number + 77);
  // The number in mixed radix makes every configuration another one.
  const configuration = Array.from({ length: siteCount }, (_, i) =>
    i < 7 ? Math.floor(number / 8 ** i) % 8 : rng.integer(8),
  );
  const assignment: Assignment = Object.fromEntries(
    configuration.map((ordinal, i) => [
      `/layer${i}/conv1/Conv`,
      ordinal === 7 ? { method: 'dense' as const } : { method: 'svd' as const, rank: 16 * (ordinal + 1) },
    ]),
  );
  const state = rng.state();
  return { configuration, assignment, strategy: 'nsga2', rngBefore: state, rngAfter: state, asked: null };
}

/** Configurations that no filled study has. */
export const nextTrial = (n: number): NewTrial => {
  const trial = trialOf(n);
  return { ...trial, configuration: trial.configuration.map(ordinal => ordinal + 8) };
};

export const nextResult = resultOf;

/** Makes the study in the empty store of that file. Everything that `begin` and `finish` would have written is there. */
export function fillStudy(path: string, size: number, siteCount = sites): void {
  const database = new DatabaseSync(path);
  database.exec('pragma synchronous = off; begin');
  const insert = (table: string, row: object): number => {
    const names = Object.keys(row);
    const values = `(${names.map(name => `"${name}"`).join(', ')}) values (${names.map(() => '?').join(', ')})`;
    const sql = `insert into ${table} ${values}`;
    const known = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, known);
    return Number(known.run(...(Object.values(row) as SQLInputValue[])).lastInsertRowid);
  };
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const study_id = insert('studies', studyRow(studyOf(), 1));
  const content = JSON.stringify(environment);
  const environment_id = insert('environments', {
    sha256: createHash('sha256').update(content).digest('hex'),
    content,
  });
  let front: readonly { readonly number: number; readonly values: readonly number[] }[] = [];
  const ids: number[] = [];
  for (let number = 0; number < size; number++) {
    const { configuration, assignment, strategy, rngBefore, rngAfter } = trialOf(number, siteCount);
    const result = resultOf(number);
    const points = [...front, { number, values: result.values }];
    const { members, hypervolume } = frontOf(points);
    front = points.filter(point => members.includes(point.number));
    const trial_id = insert('trials', {
      study_id,
      number,
      state: 'complete',
      configuration: JSON.stringify(configuration),
      assignment: JSON.stringify(assignment),
      strategy,
      rng_before: JSON.stringify(rngBefore),
      rng_after: JSON.stringify(rngAfter),
      requeues: 0,
      created_at_ms: number,
      started_at_ms: number,
      started_after: number,
      finished_at_ms: number,
      finished_sequence: number + 1,
      model_sha256: result.modelSha256,
      macs: result.macs,
      params: result.params,
      objective_values: JSON.stringify(result.values),
      standard_errors: JSON.stringify(result.standardErrors),
      feasible: 1,
      hypervolume,
      stages: JSON.stringify(result.stages),
    });
    ids.push(trial_id);
    for (const observation of result.observations) {
      const key = { trial_id, phase: 'search' };
      insert('observations', { ...key, environment_id, ...observedColumns(observation, number) });
      for (const row of sampleRows(observation)) insert('samples', { ...key, kind: observation.kind, ...row });
    }
  }
  for (const { number } of front) insert('front_members', { study_id, trial_id: ids[number] });
  insert('counters', { study_id, revision: 2 * size, finished: size, next_number: size });
  database.exec('commit');
  database.close();
}
