/** Whether images are scored at the size that a study scored them at. */
import { UserError } from '../../errors/user-error.ts';
import type { Study } from '../../store/study.ts';

interface Size {
  readonly height: number;
  readonly width: number;
  readonly resize: number | null;
}

/**
 * Other sizes give other accuracies, which prove nothing. Studies whose inputs are no images, or that do not say, pass.
 *
 * @param now the transform that images are scored with here
 * @throws UserError that says which sizes they are
 */
export function demandSameImages({ name, data }: Pick<Study, 'name' | 'data'>, now: object): void {
  const [before, here] = [sizeOf(parsed(data.transform)), sizeOf(now)];
  if (!before || !here || sizeText(before) === sizeText(here)) return;
  throw new UserError(
    `Study "${name}" was scored on images of ${sizeText(before)}, and here they are ${sizeText(here)}: no accuracy can be compared.`,
    'Restore the dataset YAML, if it was changed. If not, an older version left out the inputShape of the hardware profile: search again with another --study name.',
  );
}

function parsed(transform: string): unknown {
  try {
    return JSON.parse(transform);
  } catch {
    return null;
  }
}

function sizeOf(transform: unknown): Size | null {
  const { height, width, resize } = (transform ?? {}) as { readonly [key in keyof Size]?: unknown };
  const known = typeof height === 'number' && typeof width === 'number';
  return known && (typeof resize === 'number' || resize === null) ? { height, width, resize } : null;
}

const sizeText = ({ height, width, resize }: Size): string =>
  `${height} x ${width} (${resize === null ? 'not resized' : `short side resized to ${resize}`})`;
