/** The deterministic twin of the scorer: what each model says is looked up, and no model is run. */
import type { Split } from '../data/subset.ts';
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { type Whereabouts, whereabouts } from '../host/environment.ts';
import { scoreOf } from './score.ts';
import type { ScoreBudget, Scorer } from './scorer.ts';

export interface TableScorerOptions {
  /** The class of each image; for `agreement` what the dense model says. */
  readonly truth: ArrayLike<number>;
  readonly split: Split;
  /** By the path of a model, the class it gives each image, or how it fails; a path that is not there fails to load. */
  readonly predictions: (path: string) => Attempt<ArrayLike<number>> | null;
  readonly objective?: Scorer['objective'];
  /** Where it plays to be; by default on this machine, with nothing in its way. */
  readonly where?: Whereabouts;
}

export function tableScorer({ truth, split, predictions, objective = 'top1', where }: TableScorerOptions): Scorer {
  let closed = false;
  const positions: Readonly<Record<ScoreBudget['images'], Int32Array>> = {
    proxy: split.proxy,
    confirm: split.rest,
    all: Int32Array.from({ length: truth.length }, (_, i) => i),
  };
  return {
    objective,
    accuracy: async (path, { images }) => {
      if (closed) return failed('interrupted', 'stopped before it was done');
      const said = predictions(path) ?? failed('runtime-rejected', `the table has no model "${path}"`);
      if (said.state === 'failed') return said;
      const at = (source: ArrayLike<number>): Uint16Array => Uint16Array.from(positions[images], i => source[i] ?? 0);
      const answer = { predictions: at(said.value), further: [], labelRanks: null, classes: 0, wallMs: 0 };
      return complete({
        ...scoreOf(answer, { classes: at(truth), further: [] }),
        ...(where ?? { ...whereabouts(), load: 0 }),
      });
    },
    close: async () => {
      closed = true;
    },
  };
}
