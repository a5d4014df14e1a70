/** The images of a stored study, where they are now. */
import { join } from 'node:path';
import type { Dataset } from '../../data/dataset.ts';
import { type Normalization, type NormalizationName, normalizations } from '../../data/normalize.ts';
import { openDataset } from '../../data/open.ts';
import { parseDataSpec } from '../../data/spec.ts';
import { UserError } from '../../errors/user-error.ts';
import { cacheFolder } from '../../host/cache-folder.ts';
import { useCache } from '../../host/cache-users.ts';
import type { Study } from '../../store/study.ts';

/**
 * @param moved where they are, if not where the study says
 * @throws UserError when they are others than those of the study
 */
export async function openStudyData({ name, data }: Study, moved: string | undefined): Promise<Dataset> {
  const spec = moved ?? data.spec;
  const normalize = normalizations.find(each => each === data.normalisation) satisfies NormalizationName | undefined;
  const dataset = await openData(spec, normalize);
  if (dataset.hash === data.sha256) return dataset;
  throw new UserError(
    `Study "${name}" has other images than "${spec}": their hashes differ.`,
    'Give the original images with --data.',
  );
}

/** What `--data` takes. @throws UserError when it cannot be used */
export function openData(spec: string, normalize?: Normalization | undefined): Promise<Dataset> {
  const cache = cacheFolder();
  const parsed = parseDataSpec(spec);
  if (parsed.kind === 'module') useCache(cache);
  return openDataset(parsed, { normalize, arrays: join(cache, 'inputs') });
}

/** Opens the data at the first call, and keeps it. */
export function dataOnce(spec: string, normalize: Normalization | undefined): () => Promise<Dataset> {
  let opened: Promise<Dataset> | null = null;
  return () => (opened ??= openData(spec, normalize));
}
