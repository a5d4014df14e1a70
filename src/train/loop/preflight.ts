/** What is seen of the files of a training before anything is started. */
import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { demandWritable } from '../../workers/model-file.ts';
import { checkpointFile } from '../checkpoint/file.ts';
import type { Checkpoint } from '../checkpoint/format.ts';
import type { TrainPlan } from './plan.ts';
import type { TrainRequest } from './request.ts';

/**
 * The checkpoint to go on from; null where the training starts anew. Nothing is changed.
 *
 * @param kept files that must stay as they are, beside those that the request reads
 * @throws UserError when the training cannot be gone on with, or when what it writes has no place
 */
export function preflight(
  request: TrainRequest,
  { identity }: Pick<TrainPlan, 'identity'>,
  kept: readonly string[] = [],
): Checkpoint | null {
  demandApart(request, kept);
  const file = checkpointFile(request.checkpoint);
  const found = request.restart ? null : file.read(identity);
  if (!found && !request.restart && existsSync(request.out))
    throw new UserError(
      `Cannot train into "${request.out}": there is such a file already, and no checkpoint "${file.path}" to go on from.`,
      'Give another --out, or --restart to write over it.',
    );
  demandWritable(request.out, 'the trained network');
  demandWritable(file.path, 'the checkpoint');
  if (request.restart) file.requireReplaceable();
  return found;
}

/** Of what is read, a training that is gone on with needs every byte again. */
function demandApart({ out, checkpoint, model, teacher }: TrainRequest, kept: readonly string[]): void {
  const read = [model, ...(teacher === null ? [] : [teacher]), ...kept].map(placeOf);
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

/** Links followed, so that two names of a file are the same. */
function placeOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
