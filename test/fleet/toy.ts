/** A study that several processes work on without any network: a candidate takes some time, and what it gives is a formula. */
import { setTimeout as delay } from 'node:timers/promises';
import type { EndedBy, StudyEvent } from '../../src/events/event.ts';
import type { Fleet } from '../../src/fleet/open.ts';
import { stationOf } from '../../src/fleet/queues.ts';
import { seated } from '../../src/fleet/seat.ts';
import { type Bench, runWorker, type WorkerEnd, type WorkerOptions } from '../../src/fleet/worker.ts';
import { frontFor } from '../../src/objectives/front.ts';
import { referencePoint } from '../../src/objectives/objectives.ts';
import { ladderLengths } from '../../src/space/configuration.ts';
import { roles } from '../../src/store/fleet.ts';
import type { Study } from '../../src/store/study.ts';
import { inlineAsker } from '../../src/study/propose/asker.ts';
import { type Setup, setupFrom, setupRecord, strategyOf } from '../../src/study/propose/setup.ts';
import { keptAsLatest } from '../../src/study/propose/stored-setup.ts';
import { sharedTrials } from '../../src/study/search/shared-trials.ts';
import { latencyOf } from '../store/samples.ts';
import { toyResult, toySpace, toyStudy } from '../study/twins.ts';

export const version = '1.0.0';
export const deviceClass = 'toy-any';
const rest = { deviceClass, version, pruning: false };
export const sites = 6;

export const openToy = (fleet: Fleet): Promise<Study> => fleet.store.studies.create(toyStudy);

/** What a trial comes to, with who measured it. */
export const toyOutcome = (number: number, trial: Parameters<typeof toyResult>[0], worker: string) => {
  const latency = latencyOf(number, 2);
  const environment = { ...latency.environment, measuredBy: { worker, deviceClass, device: null } };
  return { ...toyResult(trial), observations: [{ ...latency, environment }] };
};

export function toyBench(study: Study, worker: string, ms: (number: number) => number): Bench {
  return {
    queues: async () => [stationOf('build', study.id, rest).queue],
    work: async ({ trial }, stop) => {
      await delay(ms(trial.number), undefined, { signal: stop }).catch(() => {});
      if (stop.aborted) return { kind: 'given-back', loss: null };
      return {
        kind: 'finished',
        result: toyOutcome(trial.number, trial, worker),
        frontOf: frontFor(study.objectives),
        denseMs: null,
      };
    },
  };
}

export async function toyWorker(
  fleet: Fleet,
  name: string,
  bench: Bench,
  options: Partial<WorkerOptions> & { readonly lane?: string } = {},
): Promise<WorkerEnd> {
  const words = { name, lane: options.lane ?? null, device: 'toy', deviceClass, roles, version, study: null };
  const token = `${name} ${process.pid} ${Math.random()}`;
  if (await fleet.workers.enter(token, words)) throw new Error('the device is taken');
  const seat = seated(fleet.workers, token, words, fleet.leaseMs);
  const never = new AbortController().signal;
  try {
    return await runWorker({ fleet, seat, bench, note: () => {}, finish: never, stop: never, pollMs: 60, ...options });
  } finally {
    await seat.leave();
  }
}

export interface Coordinated {
  readonly trials: number;
  readonly strategy?: string;
  readonly finish?: AbortSignal;
  readonly emit?: (event: StudyEvent) => void;
}

/** Asks and shares out until there are so many trials and all are finished. */
export async function coordinate(fleet: Fleet, study: Study, options: Coordinated): Promise<EndedBy> {
  const { trials, strategy = 'nsga2', finish = new AbortController().signal, emit = () => {} } = options;
  const space = toySpace(sites);
  const problem = { ladderLengths: ladderLengths(space), objectives: 2, constraints: [] };
  const setup: Setup = {
    strategy,
    problem,
    options: { seed: 1, reference: referencePoint(study.objectives) },
    limits: {},
  };
  const never = new AbortController().signal;
  const by = { worker: 'coordinator', deviceClass, device: null };
  return sharedTrials(
    {
      store: fleet.store,
      study,
      plan: { space } as never,
      instruments: {} as never,
      pruning: false,
      emit: emit as never,
      propose: async () => ({
        asker: inlineAsker(strategyOf(setupFrom(setupRecord(setup)))),
        setup: await keptAsLatest(fleet.store, study, setup),
        constraints: [],
        limits: {},
        dense: {},
      }),
      shared: { fleet, deviceClass, version, seat: null, by, roles: [] },
    },
    { trials, timeMs: null, startedMs: performance.now(), finish, stop: never },
    { waitMs: () => 0, tell: () => {} },
  );
}
