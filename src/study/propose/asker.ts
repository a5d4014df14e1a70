/**
 * Who asks a strategy: in this thread, or in one of its own, so that the next proposal is thought out while the device measures.
 * Both give the same answers: a strategy is a function of what it is asked.
 */

import { entryUrl } from '../../host/entry.ts';
import { type RngState, resumedRng } from '../../random/rng.ts';
import { createThreadPool } from '../../threads/thread-pool.ts';
import type { Configuration, Outcome, Strategy } from '../../tuner/strategy.ts';
import { type Setup, setupRecord, strategyOf } from './setup.ts';

export interface Question {
  readonly history: readonly Outcome[];
  readonly pending: readonly Configuration[];
  readonly rng: RngState;
}

export interface Proposed {
  /** Null when no configuration is left. */
  readonly configuration: Configuration | null;
  readonly rngAfter: RngState;
}

export interface Asker {
  readonly strategy: string;
  ask(question: Question): Promise<Proposed>;
  close(): Promise<void>;
}

export function answerOf(strategy: Strategy, { history, pending, rng }: Question): Proposed {
  const generator = resumedRng(rng);
  const configuration = strategy.ask(history, pending, generator);
  return { configuration, rngAfter: generator.state() };
}

export const inlineAsker = (strategy: Strategy): Asker => ({
  strategy: strategy.name,
  ask: async question => answerOf(strategy, question),
  close: async () => {},
});

/** A thread that keeps the strategy, with what it remembers between asks. */
export function threadAsker(setup: Setup): Asker {
  const { name } = strategyOf(setup);
  const pool = createThreadPool<Question, Proposed>(entryUrl('ask-thread', import.meta.url), 1, setupRecord(setup));
  return { strategy: name, ask: question => pool.run(question), close: pool.close };
}
