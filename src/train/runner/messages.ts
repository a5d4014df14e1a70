/** What the child process of a training is asked, and what it answers. */
import { UserError } from '../../errors/user-error.ts';
import type { EpochPlace } from '../loader/loader.ts';
import type { Hyperparameters, TrainableSet, TrainingState, WeightChoice } from '../trainer.ts';
import type { RunnerSetup } from './runner.ts';

export type RunnerCommand =
  | { readonly do: 'open'; readonly setup: RunnerSetup }
  | { readonly do: 'begin'; readonly place: EpochPlace; readonly epochs: number }
  | { readonly do: 'steps'; readonly hypers: readonly Hyperparameters[] }
  | { readonly do: 'setTrainable'; readonly set: TrainableSet }
  | { readonly do: 'evaluate'; readonly choice: WeightChoice }
  | { readonly do: 'state' }
  | { readonly do: 'load'; readonly state: TrainingState }
  | { readonly do: 'time'; readonly set: TrainableSet; readonly repeats: number }
  | { readonly do: 'unreadable' };

/** A UserError crosses the border of a process as data. */
export type RunnerAnswer =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly problem: string; readonly wayOut: string };

export const done = (value: unknown): RunnerAnswer => ({ kind: 'done', value });

/** Rethrows what is no UserError. */
export function refused(error: unknown): RunnerAnswer {
  if (!(error instanceof UserError)) throw error;
  const { problem, wayOut } = error;
  return { kind: 'refused', problem, wayOut };
}
