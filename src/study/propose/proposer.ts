/** From a study with its dense model measured to whoever proposes its trials: limits, the table of single sites, the strategy. */
import { statSync } from 'node:fs';
import type { Emit } from '../../events/event.ts';
import { frontFor } from '../../objectives/front.ts';
import type { Limits } from '../../objectives/limit.ts';
import { constraintsOf, hasLimits, keepsTo } from '../../objectives/limits.ts';
import { type DenseFigures, referencePoint } from '../../objectives/objectives.ts';
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
import { denseFigures, keptAsLatest, latestLimits } from './stored-setup.ts';
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
