/** `rankfront verify`: a real small study holds, and each stored number that is changed in a copy of it is found. */
import { copyFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { disagreementText } from '../../src/study/recount/disagreement.ts';
import { recountStudy } from '../../src/study/recount/recount-study.ts';
import { type Ended, rankfront } from './rankfront.ts';
import { cifarRecords, makeWorld, type World } from './world.ts';

let world: World;
/** The number of a confirmed trial of the front, which is not the dense model. */
let confirmed: number;
const run = (...args: string[]): Promise<Ended> => rankfront(args, world.env);

beforeAll(async () => {
  world = makeWorld();
  const own = join(world.folder, 'images/data_batch_1.bin');
  writeFileSync(own, cifarRecords(60, 4));
  const calibration = join(world.folder, 'calibration.yaml');
  writeFileSync(calibration, 'kind: cifar10\ndirectory: images\nfiles: [data_batch_1.bin]\n');
  const limits = ['--max-drop', '50pp'];
  const searched = await run(...world.search('--trials', '6', '--seed', '3', '--calibration', calibration, ...limits));
  expect(searched).toMatchObject({ status: 0 });
  const database = new DatabaseSync(world.store, { readOnly: true });
  const row = database
    .prepare(
      "select number from trials join front_members on trial_id = id where number > 0 and id in (select trial_id from observations where phase = 'confirm') order by number",
    )
    .get();
  database.close();
  confirmed = Number(row?.number);
  const retrained = await run(
    ...['retrain', '--store', world.store, '--trial', String(confirmed), '--out', join(world.folder, 'one.onnx')],
    ...['--batch', '20', '--epochs', '2', '--threads', '1', '--loader-threads', '1', '--lr', '0.001'],
  );
  expect(retrained).toMatchObject({ status: 0 });
}, 240_000);
afterAll(() => world.remove());

/** A copy of the store in which `sql` was run; `of` is the id of the confirmed trial. */
function changed(sql: string): string {
  const copy = join(world.folder, 'changed.sqlite');
  copyFileSync(world.store, copy);
  const database = new DatabaseSync(copy);
  const id = `(select id from trials where number = ${confirmed})`;
  const before = database.prepare('select total_changes() as n').get();
  database.exec(sql.replaceAll(':trial', id));
  const after = database.prepare('select total_changes() as n').get();
  database.close();
  // A change of nothing would be found by nobody.
  expect(Number(after?.n) - Number(before?.n), sql).toBeGreaterThan(0);
  return copy;
}

test('what was searched, confirmed, corrected and retrained holds, and the answer says what was proved', async () => {
  const held = await run('verify', '--store', world.store);
  expect(held.stdout).toMatch(
    /Recounted 7 trials .*; rebuilt 7; scored and timed again: \d+ of the search, \d+ confirmed/,
  );
  expect(held.stdout).toContain(`ok   trial ${confirmed}, confirm phase: accuracy equal`);
  expect(held.stdout).toContain('correction equal');
  expect(held.stdout).toContain('ok   training 1');
  expect(held.stdout).toContain('Every stored number holds.');
  expect(held.stderr).toMatch(/Measuring trial 0 again, search phase: \d+ of \d+ left/);
  expect(held.status).toBe(0);
});

test('one phase alone; a retrained file that is not there is named, and found where it is said to be', async () => {
  const one = ['--store', world.store, '--trial', String(confirmed)];
  const phase = await run('verify', ...one, '--phase', 'confirm');
  expect(phase.stdout).toMatch(/scored and timed again: 0 of the search, 1 confirmed/);
  expect(phase.stdout).toContain(
    'Not checked: all trials but one, beyond recounting them; the other phases than confirm, beyond recounting them; trainings.',
  );
  const moved = join(world.folder, 'moved');
  mkdirSync(moved);
  renameSync(join(world.folder, 'one.onnx'), join(moved, 'one.onnx'));
  const missing = await run('verify', ...one);
  expect(missing.stdout).toContain('; of training 1 the retrained file, which is not there.');
  expect(missing.stdout).toContain('Of what was checked, every stored number holds.');
  expect(missing.status).toBe(0);
  const found = await run('verify', ...one, '--retrained', moved);
  expect(found.stdout).toContain('ok   training 1 of trial');
  expect(found.status).toBe(0);
  const other = await run('verify', ...one, '--retrained', world.model);
  expect(other.stdout).toMatch(/FAIL training 1: trial \d+: trained network stored as SHA-256/);
  expect(other.status).toBe(1);
  renameSync(join(moved, 'one.onnx'), join(world.folder, 'one.onnx'));
});

const observation = (phase: string, kind: string, set: string): string =>
  `update observations set ${set} where trial_id = :trial and phase = '${phase}' and kind = '${kind}'`;
const fact = (phase: string, kind: string, path: string, value: string): string =>
  observation(phase, kind, `facts = json_set(facts, '$.${path}', ${value})`);
const samples = (phase: string, name: string, set: string): string =>
  `update samples set ${set} where trial_id = :trial and phase = '${phase}' and name = '${name}'`;

/** What follows from other stored numbers. */
const recounted: readonly [figure: string, sql: string][] = [
  ...['search', 'confirm'].flatMap((phase): [string, string][] => [
    [`${phase} phase: latency ratio`, observation(phase, 'latency', 'value = value * 0.99')],
    [`${phase} phase: latency interval`, observation(phase, 'latency', 'interval_lo = interval_lo * 0.99')],
    [`${phase} phase: latency interval`, observation(phase, 'latency', 'interval_hi = interval_hi * 1.01')],
    [`${phase} phase: latency standard error`, observation(phase, 'latency', 'standard_error = 0.001')],
    [
      `${phase} phase: milliseconds of the candidate`,
      fact(phase, 'latency', 'candidateMs', "facts ->> '$.candidateMs' * 0.9"),
    ],
    [
      `${phase} phase: milliseconds of the dense model`,
      fact(phase, 'latency', 'referenceMs', "facts ->> '$.referenceMs' * 0.9"),
    ],
    [`${phase} phase: latency ratio`, samples(phase, 'candidateSamplesMs', "count = 1, content = x'0000003F'")],
    [`${phase} phase: latency ratio`, samples(phase, 'referenceSamplesMs', "count = 1, content = x'0000003F'")],
    [
      `${phase} phase: latency samples`,
      samples(phase, 'referenceSamplesMs', "count = 2, content = x'0000003F0000003F'"),
    ],
    [`${phase} phase: quality`, fact(phase, 'latency', 'quality', "'disturbed'")],
    [`${phase} phase: accuracy`, observation(phase, 'accuracy', 'value = value + 0.0325')],
    [`${phase} phase: accuracy standard error`, observation(phase, 'accuracy', 'standard_error = standard_error / 2')],
    [`${phase} phase: accuracy interval`, observation(phase, 'accuracy', 'interval_lo = interval_lo + 0.01')],
    [`${phase} phase: accuracy interval`, observation(phase, 'accuracy', 'interval_hi = interval_hi - 0.01')],
    [`${phase} phase: images`, fact(phase, 'accuracy', 'images', "facts ->> '$.images' - 1")],
    [`${phase} phase: accuracy`, samples(phase, 'correct', 'content = zeroblob(length(content))')],
  ]),
  ['objective values', "update trials set objective_values = '[0.5, 0.5]' where id = :trial"],
  ['standard errors of the objectives', "update trials set standard_errors = '[0.5, 0.5]' where id = :trial"],
  ['feasibility', 'update trials set feasible = 0 where id = :trial'],
  ['hypervolume', 'update trials set hypervolume = hypervolume * 1.01 where id = :trial'],
  ['front', 'delete from front_members where trial_id = :trial'],
  ['observations', "delete from observations where trial_id = :trial and phase = 'search'"],
  ['accuracy before training', 'update training_runs set before_top1 = before_top1 + 0.001'],
  ['accuracy of the dense model', 'update training_runs set dense_top1 = dense_top1 + 0.001'],
  ['trained accuracy', 'update training_runs set top1 = top1 + 0.001'],
  ['trained network', 'update training_runs set written_sha256 = null'],
];

/** What only the model, the images or a retrained file can tell. */
const remade: readonly [figure: string, sql: string][] = [
  // As many right as before, but other images.
  [
    'confirm phase: answers',
    samples(
      'confirm',
      'correct',
      "content = (select content from samples where trial_id = :trial and phase = 'search' and name = 'correct')",
    ),
  ],
  ...['search', 'confirm'].map((phase): [string, string] => [
    `${phase} phase: answers`,
    samples(phase, 'predictions', 'content = zeroblob(length(content))'),
  ]),
  ['MACs', 'update trials set macs = macs - 1 where id = :trial'],
  ['parameters', 'update trials set params = params - 1 where id = :trial'],
  [
    'model differs',
    "update trials set model_sha256 = replace(model_sha256, substr(model_sha256, 1, 1), 'x') where id = :trial",
  ],
  ['model differs', 'update corrections set content = zeroblob(length(content)) where trial_id = :trial'],
  [
    'model differs',
    'update trials set assignment = (select assignment from trials where number = 0) where id = :trial',
  ],
  ['configuration', "update trials set configuration = json_set(configuration, '$[0]', 99) where id = :trial"],
  ['accuracy before training', 'update training_runs set before_top1 = before_top1 + 1.0 / validation_images'],
  ['accuracy of the dense model', 'update training_runs set dense_top1 = dense_top1 + 1.0 / validation_images'],
  ['trained accuracy', 'update training_runs set top1 = top1 + 1.0 / validation_images'],
  [
    'trained network',
    "update training_runs set written_sha256 = replace(written_sha256, substr(written_sha256, 1, 1), 'x')",
  ],
];

const ofStudy: readonly [figure: string, sql: string][] = [
  ['images', 'update studies set proxy_images = proxy_images - 1'],
  ['search space', "update studies set space_text = space_text || '# more'"],
  ['hardware profile', "update studies set hardware_text = hardware_text || '# more'"],
];

async function recountOf(path: string): Promise<string[]> {
  const store = await openStore(path, { readOnly: true });
  try {
    const study = await store.studies.get('small');
    const { disagreements } = await recountStudy(store, study!, { bounds: false });
    return disagreements.map(disagreementText);
  } finally {
    await store.close();
  }
}

describe('a stored number that is changed', () => {
  test('nothing is wrong before', async () => expect(await recountOf(world.store)).toEqual([]));

  test.each(recounted)('is found by recounting: %s: %s', async (figure, sql) => {
    const lines = await recountOf(changed(sql));
    expect(
      lines.find(line => line.startsWith(`trial ${confirmed}`) && line.includes(figure)),
      lines.join('\n'),
    ).toBeTruthy();
  });

  test.each(ofStudy)('is found by recounting the study: %s: %s', async (figure, sql) => {
    expect((await recountOf(changed(sql))).join('\n')).toContain(figure);
  });

  const verified = [...remade, ...recounted.filter((_, i) => i % 13 === 0)];
  test.each(verified)('is found by verify, which names trial and figure and exits 1: %s: %s', async (figure, sql) => {
    const broken = await run('verify', '--store', changed(sql), '--trial', String(confirmed));
    const line = broken.stdout.split('\n').find(each => each.startsWith('FAIL') && each.includes(figure));
    expect(line, broken.stdout + broken.stderr).toMatch(new RegExp(`trial ${confirmed}\\b`));
    expect(broken.status).toBe(1);
  });

  test.each([
    ['MACs', 'update studies set dense_macs = dense_macs - 1'],
    ['parameters', 'update studies set dense_params = dense_params - 1'],
  ])('is found by verify in the study: %s: %s', async (figure, sql) => {
    const broken = await run('verify', '--store', changed(sql), '--trial', '0');
    expect(broken.stdout, broken.stderr).toMatch(new RegExp(`FAIL the study: ${figure}`));
    expect(broken.status).toBe(1);
  });

  test('a busy machine that is passed off as a quiet one is found', async () => {
    const causes = 'json(\'[{"kind":"other-load","busyCores":1,"names":[]}]\')';
    const lines = await recountOf(changed(fact('confirm', 'latency', 'conditions.causes', causes)));
    expect(lines).toEqual([expect.stringMatching(/confirm phase: quality stored as good, recounted as disturbed/)]);
  });
});

describe('what was changed is not shown as good', () => {
  const better = observation('confirm', 'accuracy', 'value = value + 0.0325');

  test.each([
    ['front', '--confirmed'],
    ['front', '--json'],
    ['pick', '--max-drop', '100pp'],
  ])('%s %s: the trial is left out, and that is said', async (...command) => {
    const shown = await run(...command, '--store', changed(better));
    expect(shown.stderr).toMatch(
      new RegExp(`does not add up: trial ${confirmed}, confirm phase: accuracy stored as .* recounted as .*left out`),
    );
    expect(shown.stdout).not.toMatch(
      new RegExp(`(^ *${confirmed} |trial"?:? ${confirmed}\\b(?!, confirm phase))`, 'm'),
    );
  });

  test('show: it has no figures, and a line says why', async () => {
    const shown = await run('show', String(confirmed), '--store', changed(better));
    expect(shown.stdout).toMatch(/Does not add up\n {2}trial \d+, confirm phase: accuracy/);
    expect(shown.stdout).not.toContain('Observations');
    expect(shown.status).toBe(0);
  });

  test('a dense model that does not add up is compared with by nobody; the list of studies goes on', async () => {
    const store = changed(better.replace(':trial', '(select id from trials where number = 0)'));
    const shown = await run('front', '--store', store);
    expect(shown.stderr).toMatch(/The dense model of study "small" does not add up/);
    expect(shown.status).toBe(2);
    const listed = await run('studies', '--store', store);
    expect(listed.stdout).toContain('small');
    expect(listed.stderr).toContain('does not add up: trial 0, confirm phase: accuracy');
  });
});
