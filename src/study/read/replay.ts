/** Every proposal of a study made again from what the store says it was made from. */
import { rungLabel } from '../../decompose/ranks.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { Trial } from '../../store/trial.ts';
import type { OwnStrategy } from '../../tuner/own.ts';
import type { Configuration, Constraint, Strategy } from '../../tuner/strategy.ts';
import { answerOf } from '../propose/asker.ts';
import { toldFor } from '../propose/history.ts';
import { setupFrom, strategyOf } from '../propose/setup.ts';

export interface Replay {
  /** Proposals made again and found the same. */
  readonly same: number;
  /** The first that is another one now, in one sentence; null when there is none. */
  readonly difference: { readonly trial: number; readonly sentence: string } | null;
  /** Trials of which the store does not say what they were made from: those of earlier versions. */
  readonly unrecorded: number;
  readonly interrupted: boolean;
}

export interface ReplayOptions {
  readonly progress?: ((done: number, total: number) => void) | undefined;
  readonly finish?: AbortSignal | undefined;
  /** The strategy of the caller's that proposed trials of this study. */
  readonly strategy?: OwnStrategy | undefined;
}

interface Opened {
  readonly strategy: Strategy;
  readonly constraints: readonly Constraint[];
}

/**
 * In the order of the trials, up to the first difference.
 *
 * @throws UserError at the first trial of a strategy that is not here
 */
export async function replay(
  { trials, tuning }: Pick<Store, 'trials' | 'tuning'>,
  study: Study,
  { progress, finish, strategy }: ReplayOptions = {},
): Promise<Replay> {
  const all = await trials.list(study.id);
  const opened = new Map<number, Opened | null>();
  const proposed = all.filter(({ asked }) => asked !== null);
  const unrecorded = all.length - proposed.length - (all[0]?.number === 0 ? 1 : 0);
  let same = 0;
  for (const trial of proposed) {
    progress?.(same, proposed.length);
    if (finish?.aborted) return { same, difference: null, unrecorded, interrupted: true };
    const { asked } = trial;
    if (!asked) continue;
    if (!opened.has(asked.setup)) opened.set(asked.setup, await open(tuning, asked.setup, strategy));
    const sentence = differenceOf(all, trial, opened.get(asked.setup) ?? null);
    if (sentence !== null) {
      return { same, difference: { trial: trial.number, sentence }, unrecorded, interrupted: false };
    }
    same++;
    // A timer's turn, so that Ctrl-C is heard between two proposals.
    await new Promise(resolve => setImmediate(resolve));
  }
  return { same, difference: null, unrecorded, interrupted: false };
}

async function open(tuning: Store['tuning'], id: number, own: OwnStrategy | undefined): Promise<Opened | null> {
  const record = await tuning.setup(id);
  if (!record) return null;
  const setup = setupFrom(record);
  return { strategy: strategyOf(setup, own), constraints: setup.problem.constraints ?? [] };
}

function differenceOf(all: readonly Trial[], trial: Trial, opened: Opened | null): string | null {
  const { number, asked, rngBefore } = trial;
  if (!asked || !rngBefore || !opened) return `Trial ${number} cannot be proposed again: its record is incomplete.`;
  const { configuration, rngAfter } = answerOf(opened.strategy, {
    ...toldFor(all, asked, opened.constraints),
    rng: rngBefore,
  });
  const by = `by "${opened.strategy.name}" after ${asked.after} finished trials`;
  if (!configuration) return `Trial ${number} is stored, but ${by} nothing is left to propose.`;
  const site = configuration.findIndex((rung, i) => rung !== trial.configuration[i]);
  if (site >= 0) return `Trial ${number} is another one now, ${by}: ${rungsAt(trial, configuration, site)}.`;
  if (String(rngAfter) === String(trial.rngAfter)) return null;
  return `Trial ${number} is the same, ${by}, but leaves the random generator in another state.`;
}

function rungsAt({ assignment, configuration }: Trial, now: Configuration, site: number): string {
  const [name, rung] = Object.entries(assignment)[site] ?? [`site ${site}`, null];
  const others = now.filter((each, i) => each !== configuration[i]).length - 1;
  const more = others > 0 ? `, and ${others} other sites differ` : '';
  return `${name} has rung ${configuration[site]}${rung ? ` (${rungLabel(rung)})` : ''} in the store and rung ${now[site]} now${more}`;
}
