/** What of a study is measured again elsewhere: its dense model and the members of its front. */
import { UserError } from '../../errors/user-error.ts';
import type { FrontReport } from '../../report/front/front.ts';
import type { Observation, Phase, StoredObservation } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { CompleteTrial } from '../../store/trial.ts';

export interface SourceTrial {
  readonly trial: CompleteTrial;
  readonly samples: readonly StoredObservation[];
  readonly correction: Uint8Array | null;
}

/**
 * The dense model first, then the front by the best figures there are, the fastest first.
 *
 * @param most of the front, evenly spread; all by default
 * @throws UserError where there is no front
 */
export async function sourceTrials(
  { trials }: Pick<Store, 'trials'>,
  study: Study,
  report: FrontReport,
  most: number | undefined,
): Promise<SourceTrial[]> {
  const members = report.best.flatMap(({ trial }) => (trial === 0 ? [] : [trial]));
  if (members.length === 0)
    throw new UserError(
      `Cannot transfer the front of "${study.name}": the dense model is alone on it.`,
      'Search on with more --trials, or within wider limits.',
    );
  const numbers = [0, ...spread(members, most ?? members.length)];
  const found = (await trials.list(study.id, { states: ['complete'], numbers })) as readonly CompleteTrial[];
  const sources: SourceTrial[] = [];
  for (const number of numbers) {
    const trial = found.find(each => each.number === number);
    if (!trial) continue;
    sources.push({
      trial,
      samples: await trials.samples(trial.id),
      correction: await trials.correction(trial.id),
    });
  }
  return sources;
}

/** So many of them, both ends among them. */
function spread<T>(all: readonly T[], most: number): T[] {
  if (most >= all.length) return [...all];
  const last = Math.max(1, most - 1);
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / last)] as T);
}

/** What does not depend on the device is taken over with all its samples: the answers of the model, and the bytes of its file. */
export const takenOver = (samples: readonly StoredObservation[], phase: Phase): Observation[] =>
  samples.flatMap(({ phase: of, storedAtMs: _, ...observation }) =>
    of === phase && (observation.kind === 'accuracy' || observation.kind === 'size')
      ? [observation as Observation]
      : [],
  );
