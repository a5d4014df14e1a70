/** Whether ready arrays are what the inputs of a network take. */
import { placeName, type TensorInputSource, type TensorPlace } from '../data/tensors/arrays.ts';
import { UserError } from '../errors/user-error.ts';
import type { TensorDescription } from '../runtime/model-interface.ts';
import { nearest } from '../units/nearest.ts';

export interface FittingTensors {
  readonly name: string;
  /** Without the batch dimension. */
  readonly items: readonly TensorPlace[];
}

/** @throws UserError that names the input or the array */
export function fittingTensors(
  sources: readonly TensorInputSource[],
  inputs: readonly TensorDescription[],
): readonly FittingTensors[] {
  const [only] = sources;
  if (only?.name === null) {
    const [input, ...more] = inputs;
    if (!input || more.length > 0)
      throw new UserError(
        `Cannot feed the network: it has the inputs ${inputs.map(({ name }) => name).join(', ')}, and the data is for one.`,
        'Give one folder per input (npy:DIR), or arrays by the names of the inputs (npz:FILE).',
      );
    return [{ name: input.name, items: only.items.map(item => fitting(item, input)) }];
  }
  const names = inputs.map(({ name }) => name);
  const unknown = sources.find(({ name }) => name === null || !names.includes(name));
  if (unknown) {
    const meant = nearest(unknown.name ?? '', names);
    throw new UserError(
      `Cannot feed the network: the data has an array "${unknown.name}", and the inputs are ${names.join(', ')}.`,
      meant ? `Name it ${meant}.` : 'Name the arrays as the inputs.',
    );
  }
  return inputs.map(input => {
    const found = sources.find(({ name }) => name === input.name);
    if (found) return { name: input.name, items: found.items.map(item => fitting(item, input)) };
    throw new UserError(
      `Cannot feed the network: the data has no array for its input "${input.name}".`,
      `Add one; there are ${sources.map(({ name }) => name).join(', ')}.`,
    );
  });
}

/** The array without its batch dimension. */
function fitting(item: TensorPlace, { name, type, shape }: TensorDescription): TensorPlace {
  const takes = `the input "${name}" takes ${type} [${shape.join(', ')}]`;
  const dims = item.dims.length === shape.length && item.dims[0] === 1 ? item.dims.slice(1) : item.dims;
  const wanted = shape.slice(1);
  const fits =
    dims.length === wanted.length &&
    wanted.every((size, axis) => typeof size !== 'number' || size <= 0 || size === dims[axis]);
  if (!fits)
    throw new UserError(
      `Cannot use "${placeName(item)}": an item in it is [${item.dims.join(', ')}], and ${takes}.`,
      'Save each item as the network takes it, without the batch dimension.',
    );
  if (item.type !== type)
    throw new UserError(
      `Cannot use "${placeName(item)}": its numbers are ${item.type}, and ${takes}.`,
      `Save it as array.astype('${type}').`,
    );
  return { ...item, dims };
}
