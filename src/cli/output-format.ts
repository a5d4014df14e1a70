/** In which format an answer is written: as it is asked for, or as the ending of the file says. */
import { extname } from 'node:path';
import { UserError } from '../errors/user-error.ts';

export interface Formats<F extends string> {
  /** By ending, with its dot. */
  readonly endings: Readonly<Record<string, F>>;
  /** Of a file without an ending, and of standard output. */
  readonly usual: F;
}

/**
 * @param given the value of --format, or what --json asks for
 * @param out the file that is written; undefined for standard output
 * @throws UserError where the ending says another format, or none that is known
 */
export function formatOf<F extends string>(
  given: F | undefined,
  out: string | undefined,
  { endings, usual }: Formats<F>,
): F {
  const ending = out === undefined ? '' : extname(out).toLowerCase();
  const meant = endings[ending];
  if (given !== undefined && meant !== undefined && meant !== given)
    throw new UserError(
      `Cannot write the format "${given}" to "${out}": its ending means "${meant}".`,
      'Give a file of another ending, or leave out the format.',
    );
  if (given !== undefined) return given;
  if (meant === undefined && ending !== '')
    throw new UserError(
      `Cannot tell the format of "${out}" by its ending: expected ${Object.keys(endings).join(', ')}.`,
      'Give one of these endings, or say which format with --format.',
    );
  return meant ?? usual;
}
