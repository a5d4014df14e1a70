import { expect, test } from 'vitest';
import { denseConfiguration, ladderLengths } from '../../../src/space/configuration.ts';
import { memoryContent, memoryStore } from '../../../src/store/memory-store.ts';
import type { Store } from '../../../src/store/store.ts';
import type { FailedResult, RunningTrial, TrialResult } from '../../../src/store/trial.ts';
import { type Asker, inlineAsker } from '../../../src/study/propose/asker.ts';
import { type LoopBudget, type LoopParts, runLoop, StoppedSearch } from '../../../src/study/search/loop.ts';
import { dominates } from '../../../src/tuner/pareto/dominance.ts';
import { createStrategy } from '../../../src/tuner/strategies.ts';
import { toyResult, toySpace, toyStudy, toyValues } from '../twins.ts';

const never = new AbortController().signal;
const budget = (trials: number): LoopBudget => ({ trials, timeLeft: () => true, finish: never, stop: never });

async function setUp(
  store: Store,
  sites: number,
  strategy: string,
  observe: (trial: RunningTrial) => TrialResult = toyResult,
) {
  const study = await store.studies.create(toyStudy);
  const space = toySpace(sites);
  const order: number[][] = [];
  const parts: LoopParts = {
    store,
    study,
    space,
    proposer: {
      asker: inlineAsker(
        createStrategy(strategy, { ladderLengths: ladderLengths(space), objectives: 2 }, { seed: toyStudy.seed }),
      ),
      setup: 1,
      constraints: [],
    },
    observe: async trial => {
      order.push([...trial.configuration]);
      return observe(trial);
    },
    emit: () => {},
    finished: async () => {},
  };
  return { study, space, parts, order };
}

test('the dense model is trial 0, nothing is tried twice, and the front is that of a full comparison', async () => {
  const store = memoryStore();
  const { study, space, parts, order } = await setUp(store, 4, 'nsga2');
  expect(await runLoop(parts, budget(60))).toBe('trials');
  expect(order).toHaveLength(61);
  expect(order[0]).toEqual(denseConfiguration(space));
  expect(new Set(order.map(String)).size).toBe(61);
  const points = order.map(toyValues);
  const best = order.filter((_, i) => !points.some(other => dominates(other, points[i]!)));
  const front = await store.trials.front(study.id);
  expect(front.map(trial => String(trial.configuration)).sort()).toEqual(best.map(String).sort());
});

test.each(['random', 'sobol', 'nsga2'])(
  '%s: a search stopped after any trial goes on as if it had not stopped',
  async strategy => {
    const whole = await setUp(memoryStore(), 5, strategy);
    await runLoop(whole.parts, budget(30));
    for (const cut of [0, 1, 7, 29]) {
      const content = memoryContent();
      const first = await setUp(memoryStore({ content }), 5, strategy);
      const stopping = new AbortController();
      const interrupted = {
        ...first.parts,
        finished: async (trial: RunningTrial) => {
          if (trial.number === cut) stopping.abort();
        },
      };
      expect(await runLoop(interrupted, { ...budget(30), finish: stopping.signal })).toBe('interrupted');
      const second = await setUp(memoryStore({ content }), 5, strategy);
      await runLoop(second.parts, budget(30));
      expect([...first.order, ...second.order]).toEqual(whole.order);
    }
  },
);

test('bayesian: what is proposed next does not depend on when a search was stopped', async () => {
  const whole = await setUp(memoryStore(), 5, 'bayesian');
  await runLoop(whole.parts, budget(14));
  const content = memoryContent();
  const stopping = new AbortController();
  const first = await setUp(memoryStore({ content }), 5, 'bayesian');
  const finished = async (trial: RunningTrial) => (trial.number === 11 ? stopping.abort() : undefined);
  await runLoop({ ...first.parts, finished }, { ...budget(14), finish: stopping.signal });
  const second = await setUp(memoryStore({ content }), 5, 'bayesian');
  await runLoop(second.parts, budget(14));
  expect([...first.order, ...second.order]).toEqual(whole.order);
});

test('the next proposal is thought out while the device measures, from what was known before', async () => {
  const { parts } = await setUp(memoryStore(), 5, 'random');
  const happened: string[] = [];
  const ask: Asker['ask'] = async question => {
    happened.push(`ask ${question.history.length + question.pending.length}`);
    expect(question.pending).toHaveLength(1);
    return parts.proposer!.asker.ask(question);
  };
  const observe = async (trial: RunningTrial) => {
    happened.push(`measure ${trial.number}`);
    await new Promise(resolve => setImmediate(resolve));
    happened.push(`measured ${trial.number}`);
    return toyResult(trial);
  };
  await runLoop(
    { ...parts, observe, proposer: { ...parts.proposer!, asker: { ...parts.proposer!.asker, ask } } },
    budget(3),
  );
  expect(happened).toEqual(
    [0, 1, 2].flatMap(n => [`ask ${n + 1}`, `measure ${n}`, `measured ${n}`]).concat('measure 3', 'measured 3'),
  );
});

test('a trial given up half-way is measured again under its number, and what follows stays the same', async () => {
  const whole = await setUp(memoryStore(), 5, 'nsga2');
  await runLoop(whole.parts, budget(12));
  const content = memoryContent();
  const store = memoryStore({ content });
  const first = await setUp(store, 5, 'nsga2');
  const stop = new AbortController();
  const dying = {
    ...first.parts,
    observe: async (trial: RunningTrial) => {
      if (trial.number === 6) stop.abort();
      return toyResult(trial);
    },
  };
  expect(await runLoop(dying, { ...budget(12), stop: stop.signal })).toBe('interrupted');
  await store.close();
  const again = await setUp(memoryStore({ content }), 5, 'nsga2');
  await again.parts.store.queue.requeueLost(again.study.id);
  await runLoop(again.parts, budget(12));
  const stored = await again.parts.store.trials.list(again.study.id);
  expect(stored.map(trial => trial.configuration)).toEqual(whole.order);
  expect(stored.every(trial => trial.state === 'complete')).toBe(true);
});

const failure = (reason: FailedResult['reason']): FailedResult => ({
  state: 'failed',
  reason,
  detail: 'as the test wants it',
  stages: { buildMs: 1, latencyMs: null, accuracyMs: null },
  observations: [],
});

test('a failed trial costs itself alone; many in a row, or a full disk, end the search with everything kept', async () => {
  const some = await setUp(memoryStore(), 4, 'random', trial =>
    trial.number % 3 === 1 ? failure('crashed') : toyResult(trial),
  );
  expect(await runLoop(some.parts, budget(20))).toBe('trials');
  const states = (await some.parts.store.trials.list(some.study.id)).map(({ state }) => state);
  expect(states.filter(state => state === 'failed')).toHaveLength(7);

  const all = await setUp(memoryStore(), 4, 'random', trial =>
    trial.number > 4 ? failure('crashed') : toyResult(trial),
  );
  await expect(runLoop(all.parts, budget(50))).rejects.toThrow(StoppedSearch);
  expect((await all.parts.store.trials.list(all.study.id)).filter(({ state }) => state === 'complete')).toHaveLength(5);

  const full = await setUp(memoryStore(), 4, 'random', trial =>
    trial.number > 4 ? failure('disk-full') : toyResult(trial),
  );
  await expect(runLoop(full.parts, budget(50))).rejects.toThrow('as the test wants it');
  const kept = await full.parts.store.trials.list(full.study.id);
  expect(kept.map(({ state }) => state)).toEqual([...Array(5).fill('complete'), 'running']);
});

test('without its dense model a study proposes nothing', async () => {
  const { parts, order } = await setUp(memoryStore(), 4, 'random', () => failure('runtime-rejected'));
  await expect(runLoop(parts, budget(50))).rejects.toThrow('dense model');
  expect(order).toHaveLength(1);
});

test('a space that is used up ends the search', async () => {
  const { parts, order } = await setUp(memoryStore(), 2, 'random');
  expect(await runLoop(parts, budget(1000))).toBe('exhausted');
  expect(new Set(order.map(String)).size).toBe(16);
});
