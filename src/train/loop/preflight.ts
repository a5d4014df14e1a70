/** What is seen of the files of a training before anything is started. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { identityOf } from '../../files/kind.ts';
import { followed } from '../../files/place.ts';
import { demandWritable } from '../../files/write.ts';
import { keptFiles } from '../../host/kept-files.ts';
import { checkpointFile, checkpointPlace } from '../checkpoint/file.ts';
import type { Checkpoint } from '../checkpoint/format.ts';
import type { TrainPlan } from './plan.ts';
import type { TrainRequest } from './request.ts';

/**
 * The checkpoint to go on from; null where the training starts anew. Nothing is changed.
 *
 * @param dense networks that must stay as they are, beside those that the request reads
 * @throws UserError when the training cannot be gone on with, or when what it writes has no place
 */
export function preflight(
  request: TrainRequest,
  { identity }: Pick<TrainPlan, 'identity'>,
  dense: readonly string[] = [],
): Checkpoint | null {
  demandApart(request, dense);
  const kept = keptFiles({ models: [request.model, request.teacher, ...dense], data: [request.data] });
  demandWritable(request.out, 'the trained network', { kept, readAgain: true });
  const file = checkpointFile(request.checkpoint);
  const found = request.restart ? null : file.read(identity);
  if (!found && !request.restart && existsSync(request.out))
    throw new UserError(
      `Cannot train into "${request.out}": there is such a file already, and no checkpoint "${file.path}" to go on from.`,
      'Give another --out, or --restart to write over it.',
    );
  demandWritable(file.path, 'the checkpoint', { kept, ...checkpointPlace });
  if (request.restart) file.requireReplaceable();
  return found;
}

/** Of what is read, a training that is gone on with needs every byte again. */
function demandApart({ out, checkpoint, model, teacher }: TrainRequest, dense: readonly string[]): void {
  const read = [model, ...(teacher === null ? [] : [teacher]), ...dense].map(placeOf);
  for (const [flag, path] of [
    ['--out', out],
    ['--checkpoint', checkpoint],
  ] as const) {
    if (read.includes(placeOf(path)))
      throw new UserError(
        `Cannot train into "${path}": the training reads a network from there, and goes on from it after a stop.`,
        `Give another ${flag}.`,
      );
  }
  if (placeOf(out) === placeOf(checkpoint))
    throw new UserError(
      `Cannot train into "${out}": the checkpoint is to be written there too.`,
      'Give another --checkpoint.',
    );
}

/** The same for two names of a file, by links or hard links, and of one that is not there yet. */
function placeOf(path: string): string {
  try {
    return identityOf(path) ?? followed(path);
  } catch {
    return resolve(path);
  }
}
