/**
 * What many views need of every finished trial, kept between requests: what never changes of a trial is read once, in parts, and only
 * that of new trials after that. Values, which may be measured again, and hypervolumes are asked of the store each time.
 */
import { rungLabel } from '../../decompose/ranks.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { StageTimes, Trial } from '../../store/trial.ts';
import { trialCounts, trialsIn } from '../../study/read/counts.ts';

export interface TrialRow {
  readonly number: number;
  readonly state: 'complete' | 'failed' | 'pruned';
  readonly finishedSequence: number;
  /** One rung a site; fewer than 256 rungs make a ladder. */
  readonly rungs: Uint8Array;
  readonly stages: StageTimes;
}

export interface TrialRows {
  /** In the order of the network. */
  readonly sites: readonly string[];
  /** By site: what each rung that was tried is called, by its place. */
  readonly labels: readonly (readonly string[])[];
  /** By number; those that are not finished are missing. */
  readonly rows: ReadonlyMap<number, TrialRow>;
}

interface Kept {
  sites: string[];
  labels: string[][];
  rows: Map<number, TrialRow>;
  /** All below this number were read when they were finished. */
  readonly open: Set<number>;
  known: number;
}

/** Trials in one question: a part of a long list does not hold up who else asks. */
const atOnce = 500;
const kept = new WeakMap<Store, Map<string, { readonly data: Kept; reading: Promise<TrialRows> | null }>>();

export function trialRows(store: Store, study: Study): Promise<TrialRows> {
  const studies = kept.get(store) ?? new Map<string, { readonly data: Kept; reading: Promise<TrialRows> | null }>();
  kept.set(store, studies);
  const key = `${study.id} ${study.name} ${study.createdAtMs}`;
  const found = studies.get(key) ?? { data: emptyKept(), reading: null };
  studies.set(key, found);
  found.reading ??= readOn(store, study, found.data).finally(() => {
    found.reading = null;
  });
  return found.reading;
}

const emptyKept = (): Kept => ({ sites: [], labels: [], rows: new Map(), open: new Set(), known: 0 });

async function readOn(store: Store, study: Study, data: Kept): Promise<TrialRows> {
  const total = trialsIn(await trialCounts(store, study));
  const wanted = [...data.open, ...Array.from({ length: Math.max(0, total - data.known) }, (_, i) => data.known + i)];
  for (let from = 0; from < wanted.length; from += atOnce) {
    const numbers = wanted.slice(from, from + atOnce);
    for (const trial of await store.trials.list(study.id, { numbers })) take(data, trial);
    // Who waits for another answer comes in between.
    await new Promise(resolve => setImmediate(resolve));
  }
  return data;
}

function take(data: Kept, trial: Trial): void {
  data.known = Math.max(data.known, trial.number + 1);
  if (data.sites.length === 0) {
    data.sites = Object.keys(trial.assignment);
    data.labels = data.sites.map(() => []);
  }
  if (!('finishedSequence' in trial)) {
    data.open.add(trial.number);
    return;
  }
  data.open.delete(trial.number);
  Object.values(trial.assignment).forEach((rung, site) => {
    const labels = data.labels[site];
    const place = trial.configuration[site];
    if (labels && place !== undefined) labels[place] ??= rungLabel(rung);
  });
  const { number, state, finishedSequence, stages } = trial;
  data.rows.set(number, { number, state, finishedSequence, rungs: Uint8Array.from(trial.configuration), stages });
}
