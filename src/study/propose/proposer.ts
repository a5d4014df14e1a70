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
import { patienceOf, type QuietPatience, waitShare } from '../measure/patience.ts';
import { quietReferenceOf } from '../measure/quiet-reference.ts';
import { interrupted, leftMs, type RunBudget } from '../measure/run-budget.ts';
import { type Asker, inlineAsker, threadAsker } from './asker.ts';
import { sweepFrom, sweepRecord } from './kept-sweep.ts';
import { type Setup, setupFrom, setupRecord, strategyOf } from './setup.ts';
import { type Swept, sweepSites } from './site-sweep.ts';
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
  readonly budget: RunBudget;
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
  if (parts.budget.stop.aborted) return null;
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

/** Of the time that a run has left when it begins, before any trial and after: trials tell more than a table that is known more exactly. */
const sweepShare = { first: 0.2, later: 0.05 };

/** A hundred short measurements would wait for an hour: once one has waited in vain, or the dense model had, the others do not wait. */
async function sweepPatience({ store, study, plan }: ProposerParts, left: () => number): Promise<QuietPatience> {
  const patience = patienceOf(plan.hardware.latencyBudget.waitMs, () => left() * waitShare, 0);
  const dense = await store.trials.get(study.id, 0);
  if (dense?.state === 'complete' && isDisturbedIn('search', dense)) patience.tell('disturbed');
  return patience;
}

/** The stored table, with what was missing or disturbed measured now as far as the time allows; null where nothing is known. */
async function tableOf(parts: ProposerParts): Promise<SiteTable | null> {
  const { store, study, plan, instruments, emit, budget } = parts;
  const kept = sweepFrom(await store.tuning.siteTable(study.id), ladderLengths(plan.space));
  if (kept && kept.rungs === null) return kept.table;
  const startedMs = performance.now();
  const tried = (await store.trials.figures(study.id)).length > 1;
  const untilMs = startedMs + sweepShare[tried ? 'later' : 'first'] * Math.max(0, leftMs(budget));
  const left = (): number => (interrupted(budget) ? 0 : untilMs - performance.now());
  const found = await sweepSites({
    space: plan.space,
    instruments,
    seed: study.seed,
    stop: budget.stop,
    known: kept?.rungs ?? [],
    leftMs: left,
    patience: await sweepPatience(parts, left),
    quietReferenceMs: await quietReferenceOf(store, study),
    outlook: outlook => emit({ kind: 'sweep-planned', ...outlook }),
    progress: (done, total) => emit({ kind: 'stage', stage: 'sweep', done, total }),
    keep: (table, rungs) => store.tuning.keepSiteTable(study.id, sweepRecord(table, rungs)),
  });
  if ('state' in found) {
    if (!budget.stop.aborted)
      emit({ kind: 'warning', trial: null, message: `Single sites were not measured: ${found.detail}.` });
    return null;
  }
  const { table, rungs, measured } = found;
  if (table && measured > 0) {
    await store.tuning.keepSiteTable(study.id, sweepRecord(table, rungs));
    tellSweep(parts, found, performance.now() - startedMs);
  }
  return table;
}

function tellSweep({ emit, plan }: ProposerParts, { rungs, measured, disturbed, left }: Swept, wallMs: number): void {
  emit({ kind: 'site-table', sites: plan.space.sites.length, measured, left, wallMs });
  if (disturbed === 0) return;
  const message = `${disturbed} of ${rungs.length} measurements of single sites were disturbed: they are taken as rough. A later start measures them again where the machine is quiet.`;
  emit({ kind: 'warning', trial: null, message });
}
