/** The images of a stored study, where they are now. */
import type { Dataset } from '../../data/dataset.ts';
import { type NormalizationName, normalizations } from '../../data/normalize.ts';
import { openDataset } from '../../data/open.ts';
import { parseDataSpec } from '../../data/spec.ts';
import { UserError } from '../../errors/user-error.ts';
import type { Study } from '../../store/study.ts';

/**
 * @param moved where they are, if not where the study says
 * @throws UserError when they are others than those of the study
 */
export async function openStudyData({ name, data }: Study, moved: string | undefined): Promise<Dataset> {
  const spec = moved ?? data.spec;
  const normalize = normalizations.find(each => each === data.normalisation) satisfies NormalizationName | undefined;
  const dataset = await openDataset(parseDataSpec(spec), { normalize });
  if (dataset.hash === data.sha256) return dataset;
  throw new UserError(
    `Study "${name}" has other images than "${spec}": their hashes differ.`,
    'Give the original images with --data.',
  );
}
