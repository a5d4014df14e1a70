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

export interface Fitting {
  readonly tensors: readonly FittingTensors[];
  /** Whether items have every axis: the inputs have no batch dimension in common, as where one is a number or a state. */
  readonly whole: boolean;
}

/** @throws UserError that names the input or the array */
export function fittingTensors(sources: readonly TensorInputSource[], inputs: readonly TensorDescription[]): Fitting {
  const whole =
    !sharesBatch(inputs) && inputs.every(input => itemsFor(sources, input).every(item => isWhole(item, input)));
  return { tensors: matched(sources, inputs, whole ? sameType : fitting), whole };
}

const sharesBatch = (inputs: readonly TensorDescription[]): boolean =>
  inputs.every(({ shape }) => shape.length > 0) &&
  new Set(inputs.map(({ shape: [first] }) => (typeof first === 'number' && first > 0 ? first : 'open'))).size === 1;

const itemsFor = (sources: readonly TensorInputSource[], { name }: TensorDescription): readonly TensorPlace[] =>
  sources.find(each => each.name === null || each.name === name)?.items ?? [];

const isWhole = ({ dims }: TensorPlace, { shape }: TensorDescription): boolean =>
  dims.length === shape.length && shape.every((size, axis) => isOpen(size) || size === dims[axis]);

const isOpen = (size: number | string | undefined): boolean => typeof size !== 'number' || size <= 0;

function matched(
  sources: readonly TensorInputSource[],
  inputs: readonly TensorDescription[],
  taken: (item: TensorPlace, input: TensorDescription) => TensorPlace,
): readonly FittingTensors[] {
  const [only] = sources;
  if (only?.name === null) {
    const [input, ...more] = inputs;
    if (!input || more.length > 0)
      throw new UserError(
        `Cannot feed the network: it has the inputs ${inputs.map(({ name }) => name).join(', ')}, and the data is for one.`,
        'Give one folder per input (npy:DIR), or arrays by the names of the inputs (npz:FILE).',
      );
    return [{ name: input.name, items: only.items.map(item => taken(item, input)) }];
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
    if (found) return { name: input.name, items: found.items.map(item => taken(item, input)) };
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
  const fits = dims.length === wanted.length && wanted.every((size, axis) => isOpen(size) || size === dims[axis]);
  if (!fits)
    throw new UserError(
      `Cannot use "${placeName(item)}": an item in it is [${item.dims.join(', ')}], and ${takes}.`,
      'Save each item as the network takes it, without the batch dimension.',
    );
  return { ...sameType(item, { name, type, shape }), dims };
}

function sameType(item: TensorPlace, { name, type, shape }: TensorDescription): TensorPlace {
  if (item.type === type) return item;
  throw new UserError(
    `Cannot use "${placeName(item)}": its numbers are ${item.type}, and the input "${name}" takes ${type} [${shape.join(', ')}].`,
    `Save it as array.astype('${type}').`,
  );
}
