/** The bytes of a model to send: one file that holds everything, whatever it was made of. */

import { type Attempt, complete, failed } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import { readBytes, sha256Of } from '../../host/model-file.ts';
import type { Model } from '../../onnx/graph.ts';
import { writeModel } from '../../onnx/write.ts';
import type { ModelFile } from '../device.ts';
import { tryLoad } from '../try-load.ts';

export interface ModelBytes {
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

/** A file of another hash than it is known by has data in other files: these go into it, and the graph stays what it is. */
export function modelBytes(file: ModelFile & { readonly model?: Model }): Attempt<ModelBytes> {
  const read = bytesOf(file.path);
  if (read.state === 'failed') return read;
  if (sha256Of(read.value) === file.sha256) return complete({ sha256: file.sha256, bytes: read.value });
  const loaded = tryLoad(file);
  // What cannot be read as a model is refused by the runtime there, as it is here.
  const bytes = loaded.state === 'failed' ? read.value : writeModel(loaded.value);
  return complete({ sha256: sha256Of(bytes), bytes });
}

function bytesOf(path: string): Attempt<Uint8Array> {
  try {
    return complete(readBytes(path, 'the model'));
  } catch (error) {
    if (error instanceof UserError) return failed('runtime-rejected', error.message);
    throw error;
  }
}
