/**
 * The trials of a study that several machines measure. This process asks for them, as many ahead as there are free devices, and tells of what comes
 * back; its own worker and those of others take them from the store. So it may be killed at any instant: what is shared out goes on.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { latencyBudget } from '../../device/profile.ts';
import { UserError } from '../../errors/user-error.ts';
import type { EndedBy } from '../../events/event.ts';
import { stationOf } from '../../fleet/queues.ts';
import { runWorker, type WorkerEnd } from '../../fleet/worker.ts';
import { currentOwner } from '../../host/process-identity.ts';
import { assignmentOf, denseConfiguration } from '../../space/configuration.ts';
import { type OpenWork, roles } from '../../store/fleet.ts';
import type { Trial } from '../../store/trial.ts';
import type { QuietPatience } from '../measure/patience.ts';
import { quietWatch } from '../measure/quiet-reference.ts';
import { interrupted, type RunBudget, timeLeft } from '../measure/run-budget.ts';
import type { LimitedProposer } from '../propose/proposer.ts';
import { oneStudyBench } from '../work/bench.ts';
import { failuresInARow, propose, refresh, StoppedSearch, withoutGaps } from './loop.ts';
import { confirmEstimateMs, limitWatch, type RunParts } from './search-trials.ts';
import type { Shared } from './shared.ts';
import { trialEvents } from './trial-events.ts';

type Parts = RunParts & { readonly shared: Shared };

/** How often what is shared out is looked at. */
const lookMs = 200;

export async function sharedTrials(parts: Parts, budget: RunBudget, patience: QuietPatience): Promise<EndedBy> {
  const { store, study, shared, plan } = parts;
  const { fleet } = shared;
  const over = new AbortController();
  const local = startWorker(parts, budget, patience, over.signal);
  const state = await openState(parts, budget.timeMs);
  let proposer: LimitedProposer | null = null;
  const stoppedBy = (error: unknown): never => {
    if (!(error instanceof StoppedSearch)) throw error;
    throw new UserError(
      `The search stopped: ${error.message}.`,
      'What is stored stays; run the same command again to go on.',
      { cause: error },
    );
  };
  try {
    await fleet.work.reap();
    await store.queue.requeueLost(study.id);
    const adoptForeign = adopter(parts);
    await adoptForeign();
    const space = plan.space;
    const dense = { configuration: denseConfiguration(space), strategy: 'dense', rngBefore: null, rngAfter: null };
    await offer(parts, { ...dense, assignment: assignmentOf(space, dense.configuration), asked: null });
    for (;;) {
      await local.look();
      await state.look();
      if (interrupted(budget)) return 'interrupted';
      if (state.known.get(0)?.state === 'complete') break;
      if (!timeLeft(budget)) return 'time';
      await adoptForeign(await openHere(parts));
      if ((await deadHere(parts)).some(({ number }) => number === 0))
        throw new StoppedSearch(
          'the dense model was lost too often: "rankfront jobs" says why, and "rankfront jobs requeue" lets it be tried again',
        );
      await delay(lookMs);
    }
    if (state.known.size > budget.trials && (await openHere(parts)).length === 0) return 'trials';
    proposer = await parts.propose(budget);
    if (!proposer) return 'interrupted';
    const endedBy = await supply({ ...parts, proposer, adoptForeign }, budget, state, local);
    await tellDead(parts);
    return endedBy;
  } catch (error) {
    if (error instanceof StoppedSearch) await store.studies.setState(study.id, 'stopped');
    return stoppedBy(error);
  } finally {
    over.abort();
    await proposer?.asker.close();
    await local.ended;
  }
}

/** Asks and shares out until the budget ends, then waits for what is under way. */
async function supply(
  parts: Parts & { readonly proposer: LimitedProposer; readonly adoptForeign: ReturnType<typeof adopter> },
  budget: RunBudget,
  state: State,
  local: LocalWorker,
): Promise<EndedBy> {
  const { study, plan, proposer, shared } = parts;
  let ended: EndedBy | null = null;
  state.watch(await limitWatch(parts, proposer));
  for (;;) {
    await local.look();
    await state.look();
    if (interrupted(budget)) return 'interrupted';
    const open = await openHere(parts);
    await parts.adoptForeign(open);
    const enough = (): EndedBy | null =>
      withoutGaps(state.known).length > budget.trials ? 'trials' : timeLeft(budget, state.confirmMs()) ? null : 'time';
    ended ??= enough();
    // Time is up for what nobody has begun, too: it waits for the next run.
    if (ended === 'time') return ended;
    if (ended !== null && open.length === 0) return ended;
    // Several at one look: the others are pending for each that follows.
    for (let more = ended === null ? await wanted(shared, open) : 0; more > 0 && ended === null; more--) {
      const trials = withoutGaps(state.known);
      const asked = { setup: proposer.setup, after: state.sequence(), known: trials.length };
      const { trial } = await propose({ space: plan.space, study }, proposer, trials, asked);
      const waiting = trial && (await offer(parts, trial));
      if (!trial) ended = 'exhausted';
      // Another search of this study was first with it: more is known at the next look.
      if (!waiting || interrupted(budget)) break;
      state.known.set(waiting.number, waiting);
      ended = enough();
    }
    await delay(lookMs);
  }
}

/** They count as asked for, and are in nobody's hands. */
async function tellDead(parts: Parts): Promise<void> {
  const dead = await deadHere(parts);
  if (dead.length === 0) return;
  const message = `Trials that were lost too often wait for you: ${dead.map(({ number }) => number).join(', ')}. "rankfront jobs" says why, and "rankfront jobs requeue" lets them be tried again.`;
  parts.emit({ kind: 'warning', trial: null, message });
}

/**
 * Takes over what waits for another version or class of device: a trial that was in somebody's hands when this search began is put back later, and
 * nobody of this one would ever hear of it. At most once a lease, so that two searches that differ do not take trials from each other at every look.
 */
function adopter({ shared, study, pruning }: Parts): (open?: readonly OpenWork[]) => Promise<void> {
  const { fleet, version, deviceClass } = shared;
  let adoptedAt = Number.NEGATIVE_INFINITY;
  return async open => {
    const foreign = open?.some(
      each => each.state === 'waiting' && (each.version !== version || each.deviceClass !== deviceClass),
    );
    if (foreign === false || performance.now() - adoptedAt < fleet.leaseMs) return;
    adoptedAt = performance.now();
    await fleet.work.adopt(study.id, stationOf('build', study.id, { ...shared, pruning }));
  };
}

async function offer({ study, shared, pruning, emit }: Parts, trial: Parameters<Shared['fleet']['work']['offer']>[1]) {
  const station = stationOf('build', study.id, { ...shared, pruning });
  const waiting = await shared.fleet.work.offer(study.id, trial, station);
  if (waiting) emit({ kind: 'trial-started', trial: waiting.number, strategy: waiting.strategy });
  return waiting;
}

/** Of this study, without the dead. */
const openHere = async ({ shared, study }: Parts): Promise<readonly OpenWork[]> =>
  (await shared.fleet.work.list()).filter(each => each.studyId === study.id && each.state !== 'dead');

const deadHere = async ({ shared, study }: Parts): Promise<readonly OpenWork[]> =>
  (await shared.fleet.work.list()).filter(each => each.studyId === study.id && each.state === 'dead');

/**
 * How many more trials are to be asked for: enough that no device of the class waits for one while this process thinks, and no more, since each is
 * asked for with less known.
 */
async function wanted({ fleet, deviceClass, version }: Shared, open: readonly OpenWork[]): Promise<number> {
  const able = (await fleet.workers.list()).filter(
    worker => worker.alive && worker.state !== 'out' && worker.version === version,
  );
  const timing = able.filter(worker => worker.roles.includes('latency') && worker.deviceClass === deviceClass).length;
  const scoring = able.filter(worker => worker.roles.includes('accuracy') && !worker.roles.includes('latency')).length;
  const atDevices = open.filter(({ role }) => role !== 'accuracy').length;
  const atScorers = open.length - atDevices;
  const ahead = Math.max(1, Math.ceil(timing / 4));
  // Scores that pile up are no reason to measure more.
  if (atScorers > 2 * (scoring + timing) + 2) return 0;
  return Math.max(1, timing) + ahead - atDevices;
}

interface LocalWorker {
  /** Throws where it cannot go on and nobody else can. */
  look(): Promise<void>;
  readonly ended: Promise<unknown>;
}

function startWorker(parts: Parts, budget: RunBudget, patience: QuietPatience, over: AbortSignal): LocalWorker {
  const { shared, study, instruments, store, plan, emit } = parts;
  const { fleet, seat, by } = shared;
  if (!seat) return { look: async () => {}, ended: Promise.resolve() };
  const note = (message: string): void => emit({ kind: 'warning', trial: null, message });
  const shop = {
    store,
    study,
    instruments,
    latency: latencyBudget(plan.hardware, study.seed),
    patience,
    quiet: quietWatch(store, study),
    roles: shared.roles,
    by,
  };
  const queues = [...roles]
    .reverse()
    .filter(role => shared.roles.includes(role))
    .map(role => stationOf(role, study.id, { ...shared, pruning: parts.pruning }).queue);
  let end: WorkerEnd | { readonly error: unknown } | null = null;
  const finish = AbortSignal.any([budget.finish, over]);
  const options = {
    fleet,
    seat,
    bench: oneStudyBench(fleet, shop, queues),
    note,
    finish,
    stop: budget.stop,
    pollMs: 100,
  };
  const ended = runWorker(options).then(
    found => {
      end = found;
    },
    (error: unknown) => {
      end = { error };
    },
  );
  let told = false;
  return {
    ended,
    look: async () => {
      if (end === null) return;
      if ('error' in end) throw end.error;
      if (end.kind === 'told' || told) return;
      const others = (await fleet.workers.list()).some(each => each.alive && each.state !== 'out');
      if (!others) throw new StoppedSearch(end.why);
      told = true;
      note(`This machine measures no more: ${end.why}. Other workers go on.`);
    },
  };
}

interface State {
  readonly known: Map<number, Trial>;
  /** The latest event of the study that is known. */
  readonly sequence: () => number;
  /** Reads what is new and tells of it. */
  look(): Promise<void>;
  watch(limits: Awaited<ReturnType<typeof limitWatch>>): void;
  /** What confirming will take. */
  readonly confirmMs: () => number;
}

async function openState({ store, study, emit, instruments }: Parts, timeMs: number | null): Promise<State> {
  const events = trialEvents({ store, study, emit });
  const known = new Map<number, Trial>();
  let sequence = await refresh({ store, study }, known, 0);
  const told = new Set([...known.values()].filter(trial => 'finishedSequence' in trial).map(({ number }) => number));
  let failures = 0;
  let confirmMs = 0;
  let limits: Awaited<ReturnType<typeof limitWatch>> = () => {};
  const tell = async (trial: Trial): Promise<void> => {
    if (!('finishedSequence' in trial)) return;
    const observations = (await store.trials.samples(trial.id)).filter(({ phase }) => phase === 'search');
    const result = { ...trial, observations };
    const front =
      trial.state === 'complete'
        ? { members: (await store.trials.front(study.id)).map(({ number }) => number), hypervolume: trial.hypervolume }
        : null;
    await events.finished({ ...trial, state: 'running', owner: currentOwner() }, result, front);
    limits(result);
    if (timeMs !== null) confirmMs = Math.min(timeMs / 2, await confirmEstimateMs(store, study, instruments));
    failures = trial.state === 'failed' ? failures + 1 : 0;
    if (failures >= failuresInARow && trial.state === 'failed')
      throw new StoppedSearch(`${failures} trials in a row failed, the last one because: ${trial.detail}`);
  };
  return {
    known,
    sequence: () => sequence,
    watch: found => {
      limits = found;
    },
    confirmMs: () => confirmMs,
    look: async () => {
      sequence = await refresh({ store, study }, known, sequence);
      const fresh = [...known.values()].flatMap(trial =>
        'finishedSequence' in trial && !told.has(trial.number) ? [trial] : [],
      );
      for (const trial of fresh.sort((a, b) => a.finishedSequence - b.finishedSequence)) {
        told.add(trial.number);
        await tell(trial);
      }
    },
  };
}
