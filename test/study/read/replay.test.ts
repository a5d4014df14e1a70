import { expect, test } from 'vitest';
import { frontFor } from '../../../src/objectives/front.ts';
import { keepsTo } from '../../../src/objectives/limits.ts';
import { ladderLengths } from '../../../src/space/configuration.ts';
import { memoryContent, memoryStore } from '../../../src/store/memory-store.ts';
import type { Store } from '../../../src/store/store.ts';
import type { RunningTrial, TrialResult } from '../../../src/store/trial.ts';
import { type Asker, inlineAsker } from '../../../src/study/propose/asker.ts';
import { type Setup, setupRecord, strategyOf } from '../../../src/study/propose/setup.ts';
import { replay } from '../../../src/study/read/replay.ts';
import { runLoop } from '../../../src/study/search/loop.ts';
import { toyResult, toySpace, toyStudy } from '../twins.ts';

const never = new AbortController().signal;
const space = toySpace(5);

const setupWith = (strategy: string, maxError?: number): Setup => ({
  strategy,
  problem: {
    ladderLengths: ladderLengths(space),
    objectives: 2,
    ...(maxError === undefined ? {} : { constraints: [{ objective: 1, max: maxError }] }),
  },
  options: { seed: 1, reference: [1.1, 1] },
  limits: {},
});

interface Run {
  readonly setup: Setup;
  readonly trials: number;
  /** The run is killed while it measures this trial. */
  readonly killedAt?: number;
  readonly asker?: (asker: Asker) => Asker;
}

const failing = (trial: RunningTrial): TrialResult =>
  trial.number % 4 === 3
    ? { state: 'failed', reason: 'crashed', detail: 'wanted', stages: toyResult(trial).stages, observations: [] }
    : toyResult(trial);

async function run(store: Store, { setup, trials, killedAt, asker }: Run): Promise<void> {
  const study = await store.studies.create(toyStudy);
  await store.queue.requeueLost(study.id);
  const constraints = setup.problem.constraints ?? [];
  await store.tuning.judge(study.id, values => keepsTo(constraints, values), frontFor(toyStudy.objectives));
  const stop = new AbortController();
  const inline = inlineAsker(strategyOf(setup));
  await runLoop(
    {
      store,
      study,
      space,
      proposer: {
        asker: asker?.(inline) ?? inline,
        setup: await store.tuning.keepSetup(study.id, setupRecord(setup)),
        constraints,
      },
      observe: async trial => {
        if (trial.number === killedAt) stop.abort();
        await new Promise(resolve => setImmediate(resolve));
        return failing(trial);
      },
      emit: () => {},
      finished: async () => {},
    },
    { trials, timeLeft: () => true, finish: never, stop: stop.signal },
  );
  await store.close();
}

const replayed = async (store: Store) => replay(store, (await store.studies.get('toy'))!);

test('a study of three strategies and two limits, killed and resumed between them, is proposed again', async () => {
  const content = memoryContent();
  const open = (): Store => memoryStore({ content });
  await run(open(), { setup: setupWith('bayesian'), trials: 30, killedAt: 7 });
  await run(open(), { setup: setupWith('bayesian'), trials: 10 });
  await run(open(), { setup: setupWith('bayesian', 0.15), trials: 30, killedAt: 13 });
  await run(open(), { setup: setupWith('nsga2', 0.12), trials: 26 });
  await run(open(), { setup: setupWith('random'), trials: 30 });
  expect(await replayed(open())).toEqual({ same: 30, difference: null, unrecorded: 0, interrupted: false });
});

test('two processes on one study: whatever order they finish in is part of the record', async () => {
  const content = memoryContent();
  const setup = setupWith('bayesian');
  await run(memoryStore({ content }), { setup, trials: 2 });
  await Promise.all([
    run(memoryStore({ content }), { setup, trials: 10 }),
    run(memoryStore({ content }), { setup, trials: 10 }),
  ]);
  const { same, difference } = await replayed(memoryStore({ content }));
  expect(difference).toBeNull();
  expect(same).toBeGreaterThanOrEqual(10);
});

test('the first proposal that does not follow from the record is told in one sentence', async () => {
  const content = memoryContent();
  await run(memoryStore({ content }), {
    setup: setupWith('random'),
    trials: 12,
    asker: inline => ({
      ...inline,
      ask: async question => {
        const answer = await inline.ask(question);
        if (question.history.length + question.pending.length !== 7 || !answer.configuration) return answer;
        const [first, ...rest] = answer.configuration;
        return { ...answer, configuration: [(first! + 1) % 4, ...rest] };
      },
    }),
  });
  const { same, difference } = await replayed(memoryStore({ content }));
  expect(same).toBe(6);
  expect(difference?.trial).toBe(7);
  expect(difference?.sentence).toMatch(
    /^Trial 7 is another one now, by "random" after 6 finished trials: layer0 has rung \d \(.+\) in the store and rung \d now\.$/,
  );
});
