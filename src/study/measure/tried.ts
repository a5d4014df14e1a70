/** What was seen of trials, for whoever says that limits are out of reach. */
import type { Kind } from '../../objectives/objective.ts';
import { type DenseFigures, entryOf, furtherOf, objectives } from '../../objectives/objectives.ts';
import type { Tried } from '../../report/front/out-of-reach.ts';
import type { Trial } from '../../store/trial.ts';

type Seen = Pick<Trial, 'number'> & { readonly values?: readonly number[] };

/** Of each trial but the dense model, as far as its values are known. */
export const triedOf = (names: readonly string[], trials: readonly Seen[], dense: DenseFigures): Tried[] =>
  trials.flatMap(({ number, values = [] }) => {
    const readingOf = (kind: Kind): number => entryOf(names, kind, values);
    const amountOf = (kind: Kind): number => {
      const figure = dense[kind];
      return figure ? objectives[kind].amountOf(readingOf(kind), figure) : Number.NaN;
    };
    if (number === 0 || values.length === 0) return [];
    return [
      {
        trial: number,
        speedup: 1 / readingOf('latency'),
        latencyMs: amountOf('latency'),
        drop: readingOf('accuracy') - (dense.accuracy?.value ?? Number.NaN),
        further: Object.fromEntries(
          furtherOf(names).map(({ kind }) => [kind, { ratio: readingOf(kind), amount: amountOf(kind) }]),
        ),
      },
    ];
  });
