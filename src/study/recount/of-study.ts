/** What is stored of a study beside the figures of its trials. */
import { sha256Of } from '../../host/model-file.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { Trial } from '../../store/trial.ts';
import type { Disagreement } from './disagreement.ts';
import { recountTraining } from './recount-training.ts';

/** The texts that decide a search have the hashes that they had. */
export const textsOf = ({ space, hardware }: Pick<Study, 'space' | 'hardware'>): Disagreement[] =>
  (
    [
      ['search space', space],
      ['hardware profile', hardware],
    ] as const
  ).flatMap(([figure, { text, sha256 }]) => {
    const recounted = sha256Of(new TextEncoder().encode(text));
    return recounted === sha256 ? [] : [{ trial: null, phase: null, figure, stored: sha256, recounted }];
  });

export async function trainingsOf(
  { training }: Pick<Store, 'training'>,
  trials: readonly Pick<Trial, 'id' | 'number'>[],
): Promise<Disagreement[]> {
  const found: Disagreement[] = [];
  for (const { id, number } of trials) {
    for (const run of await training.list(id)) {
      const { epochs } = await training.metrics(run.id);
      found.push(...recountTraining(number, run, epochs));
    }
  }
  return found;
}
