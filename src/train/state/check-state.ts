/** Whether a state belongs to a training. */
import { UserError } from '../../errors/user-error.ts';
import type { TrainingState } from '../trainer.ts';

/** @throws UserError when `given` has not just the tensors that `expected` has, in the same shapes */
export function requireSameLayout(given: TrainingState, expected: TrainingState): void {
  for (const [name, { dims }] of expected.tensors) {
    const found = given.tensors.get(name);
    if (!found) throw refusal(`it has no "${name}"`);
    const same = found.dims.length === dims.length && found.dims.every((size, i) => size === dims[i]);
    if (!same) throw refusal(`"${name}" is [${found.dims.join(', ')}] there and [${dims.join(', ')}] here`);
    const count = dims.reduce((product, size) => product * size, 1);
    if (found.data.length !== count) throw refusal(`"${name}" holds ${found.data.length} numbers instead of ${count}`);
  }
  for (const name of given.tensors.keys()) {
    if (!expected.tensors.has(name)) throw refusal(`it has "${name}", which this training does not keep`);
  }
}

const refusal = (why: string): UserError =>
  new UserError(
    `Cannot go on from this state: it belongs to another network or another optimiser (${why}).`,
    'Give the network and the options that it was made with, or start again.',
  );
