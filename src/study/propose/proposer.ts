/** From a study with its dense model measured to whoever proposes its trials: limits, the table of single sites, the strategy. */
import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Emit } from '../../events/event.ts';
import { frontFor } from '../../objectives/front.ts';
import type { Limits } from '../../objectives/limit.ts';
import { constraintsOf, hasLimits, keepsTo } from '../../objectives/limits.ts';
import { type DenseFigures, denseFiguresOf, referencePoint } from '../../objectives/objectives.ts';
import { ladderLengths } from '../../space/configuration.ts';
import { priorGuesses } from '../../space/prior.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { OwnStrategy } from '../../tuner/own.ts';
import type { SiteTable, TunerPrior } from '../../tuner/prior.ts';
import type { Constraint } from '../../tuner/strategy.ts';
import type { Plan } from '../build/plan.ts';
import type { OpenInstruments } from '../measure/instruments.ts';
import { isDisturbedIn } from '../measure/latency-quality.ts';
import { patienceOf, type QuietPatience } from '../measure/patience.ts';
import { quietReferenceOf } from '../measure/quiet-reference.ts';
import { type Asker, inlineAsker, threadAsker } from './asker.ts';
import { type Setup, setupFrom, setupRecord, siteTableSchema, strategyOf } from './setup.ts';
import { sweepSites } from './site-sweep.ts';
import { tunerPrior } from './tuner-prior.ts';

/** Who proposes, and how that is kept. */
export interface Proposer {
  readonly asker: Asker;
  /** The id of what the strategy was given. */
  readonly setup: number;
  readonly constraints: readonly Constraint[];
}

export interface ProposerParts {
  readonly store: Store;
  readonly study: Study;
  readonly plan: Plan;
  readonly instruments: OpenInstruments;
  readonly strategy: string;
  /** The strategy itself where the caller brought it: functions cannot be sent to a thread. */
  readonly own?: OwnStrategy | undefined;
  /** Whether this run gave the limits that are stored (`rememberLimits`), and told them. */
  readonly limitsGiven: boolean;
  /** Whether to begin from what is known of single sites. */
  readonly prior: boolean;
  readonly emit: Emit;
  readonly stop: AbortSignal;
}

/** With the limits that its proposals are held to, and the dense model's figures that they are measured against. */
export interface LimitedProposer extends Proposer {
  readonly limits: Limits;
  readonly dense: DenseFigures;
}

/** Null when it was stopped meanwhile. The caller closes the asker. */
export async function openProposer(parts: ProposerParts): Promise<LimitedProposer | null> {
  const { store, study, plan, instruments, strategy, emit } = parts;
  const limits = await latestLimits(store, study);
  const dense = await denseFigures(store, study);
  const constraints = constraintsOf(study.objectives, limits, dense);
  if (hasLimits(limits)) {
    if (!parts.limitsGiven) emit({ kind: 'limits', ...limits, resumed: true });
    await store.tuning.judge(study.id, values => keepsTo(constraints, values), frontFor(study.objectives));
  }
  const { space } = plan;
  const table = parts.prior && strategy === 'bayesian' ? await tableOf(parts) : null;
  if (parts.stop.aborted) return null;
  const setup: Setup = {
    strategy,
    problem: { ladderLengths: ladderLengths(space), objectives: study.objectives.length, constraints },
    options: {
      seed: study.seed,
      reference: referencePoint(study.objectives),
      ...(parts.prior && strategy === 'bayesian' ? { prior: priorOf(parts, table) } : {}),
      ...(parts.prior && strategy !== 'bayesian' ? { firstGuesses: priorGuesses(space, instruments) } : {}),
    },
    limits,
  };
  const id = await keptAsLatest(store, study, setup);
  // As the store gives it back, so that a replay makes the same strategy.
  const asker = parts.own ? inlineAsker(strategyOf(setupFrom(setupRecord(setup)), parts.own)) : threadAsker(setup);
  return { asker, setup: id, constraints, limits, dense };
}

function priorOf({ study, plan: { space }, instruments }: ProposerParts, table: SiteTable | null): TunerPrior {
  const { loss, reference } = instruments;
  return tunerPrior(study.objectives, { space, latency: table, loss, denseBytes: statSync(reference.path).size });
}

/** A setup that comes back after another one is kept again, so that the latest is always the one in force. */
export async function keptAsLatest(store: Store, study: Study, setup: Setup): Promise<number> {
  const latest = await store.tuning.latestSetup(study.id);
  const record = setupRecord(setup);
  if (latest && isDeepStrictEqual(setupRecord(setupFrom(latest.setup)), setupRecord(setupFrom(record))))
    return latest.id;
  return store.tuning.keepSetup(study.id, latest ? { ...record, follows: latest.id } : record);
}

/** What the next proposal would be made from, by the latest run; null before the first proposal. */
export async function latestSetup(store: Pick<Store, 'trials' | 'tuning'>, study: Study): Promise<Setup | null> {
  const asked = (await store.trials.list(study.id)).some(trial => trial.asked !== null);
  return asked ? storedSetup(store, study) : null;
}

/** Also before the first proposal, where it may hold nothing but limits. */
export async function storedSetup({ tuning }: Pick<Store, 'tuning'>, study: Study): Promise<Setup | null> {
  const latest = await tuning.latestSetup(study.id);
  return latest && setupFrom(latest.setup);
}

/** What candidates are held to; empty without limits. */
export const latestLimits = async (store: Pick<Store, 'tuning'>, study: Study): Promise<Limits> =>
  (await storedSetup(store, study))?.limits ?? {};

/** Throws while the dense model is not measured. */
export async function denseFigures(store: Pick<Store, 'trials'>, study: Study): Promise<DenseFigures> {
  const dense = await store.trials.get(study.id, 0);
  if (dense?.state !== 'complete') throw new Error('limits are measured against the dense model, which is missing');
  return denseFiguresOf(study.objectives, dense.values, dense.observations);
}

/** A hundred short measurements would wait for an hour: once one has waited in vain, or the dense model had, the others do not wait. */
async function sweepPatience({ store, study, plan }: ProposerParts): Promise<QuietPatience> {
  const patience = patienceOf(plan.hardware.latencyBudget.waitMs, undefined, 0);
  const dense = await store.trials.get(study.id, 0);
  if (dense?.state === 'complete' && isDisturbedIn('search', dense)) patience.tell('disturbed');
  return patience;
}

/** The stored table, or one that is measured now and stored; null where it cannot be measured. */
async function tableOf(parts: ProposerParts): Promise<SiteTable | null> {
  const { store, study, plan, instruments, emit, stop } = parts;
  const stored = siteTableSchema.safeParse(await store.tuning.siteTable(study.id));
  if (stored.success && fitsLadders(stored.data, ladderLengths(plan.space))) return stored.data;
  const startedMs = performance.now();
  const found = await sweepSites({
    space: plan.space,
    instruments,
    seed: study.seed,
    stop,
    patience: await sweepPatience(parts),
    quietReferenceMs: await quietReferenceOf(store, study),
    progress: (done, total) => emit({ kind: 'stage', stage: 'sweep', done, total }),
  });
  if ('state' in found) {
    if (!stop.aborted)
      emit({ kind: 'warning', trial: null, message: `Single sites were not measured: ${found.detail}.` });
    return null;
  }
  const { table, disturbed, measured } = found;
  if (disturbed === 0) await store.tuning.keepSiteTable(study.id, { ...table });
  else {
    const message = `${disturbed} of ${measured} measurements of single sites were disturbed: they are taken as rough, and measured again at the next start.`;
    emit({ kind: 'warning', trial: null, message });
  }
  emit({ kind: 'site-table', sites: table.changes.length, wallMs: performance.now() - startedMs });
  return table;
}

const fitsLadders = ({ changes, standardErrors }: SiteTable, lengths: readonly number[]): boolean =>
  changes.length === lengths.length &&
  lengths.every((length, site) => changes[site]?.length === length && standardErrors[site]?.length === length);
