/**
 * The sizes of a network's inputs, where it leaves them open: as `--input-shape` says, then as the hardware profile does, and what neither says as the
 * data has it. They become part of the text of the profile, which the study keeps, so that whatever reads the study finds them there.
 */
import { parseDocument } from 'yaml';
import type { Dataset } from '../../data/dataset.ts';
import { resolveTransform } from '../../data/resolve-transform.ts';
import { parseHardwareProfile } from '../../device/profile.ts';
import { UserError } from '../../errors/user-error.ts';
import type { LoadedModel } from '../../host/model-file.ts';
import { sizedInputs } from '../../images/sized-inputs.ts';
import type { Graph } from '../../onnx/graph.ts';
import { nameOfSize, unnamedSize } from '../../onnx/shapes.ts';
import { onlyImage, type TensorDescription } from '../../runtime/model-interface.ts';
import { nearest } from '../../units/nearest.ts';

/** By input, one entry per axis; null leaves the axis as it is. */
export type InputShapes = ReadonlyMap<string | null, readonly (number | null)[]>;

const example =
  'Write --input-shape input=1x3x224x224, with ? where an axis stays as it is, and a comma between inputs.';

/**
 * `input=1x3x48x320`, or `1x3x48x320` where there is one input; several with commas between them.
 *
 * @throws UserError for what is no such text
 */
export function parseInputShapes(text: string): InputShapes {
  const shapes = new Map<string | null, readonly (number | null)[]>();
  for (const part of text.split(',').map(each => each.trim())) {
    const at = part.lastIndexOf('=');
    const name = at < 0 ? null : part.slice(0, at).trim();
    const sizes = part
      .slice(at + 1)
      .trim()
      .split(/x|×/i)
      .map(size => (size === '?' ? null : Number(size)));
    const wrong = sizes.some(size => size !== null && !(Number.isInteger(size) && size >= 1 && size <= 2 ** 20));
    if (name === '' || wrong || part === '')
      throw new UserError(
        `Cannot use --input-shape ${JSON.stringify(text)}: expected an input and its sizes, found ${JSON.stringify(part)}.`,
        example,
      );
    if (shapes.has(name))
      throw new UserError(`Cannot use --input-shape: it names ${name ?? 'the input'} twice.`, example);
    shapes.set(name, sizes);
  }
  return shapes;
}

/** The inputs of a graph as the runtime describes them. */
export const inputsOf = ({ inputs, initializers }: Graph): readonly TensorDescription[] =>
  inputs
    .filter(({ name }) => !initializers.has(name))
    .map(({ name, elementType, shape }) => ({ name, type: elementType, shape: (shape ?? []).map(size => size ?? -1) }));

/**
 * The text of the profile with the sizes in it.
 *
 * @throws UserError for sizes that the network does not have
 */
export function withInputShapes(profile: string, graph: Graph, shapes: InputShapes): string {
  const inputs = inputsOf(graph);
  const sizes: Record<string, number> = {};
  let batch: number | null = null;
  for (const [given, wanted] of shapes) {
    const input = inputNamed(inputs, given);
    if (input.shape.length !== wanted.length && input.shape.length > 0)
      throw new UserError(
        `Cannot use --input-shape for "${input.name}": it has ${input.shape.length} axes, found ${wanted.length} sizes.`,
        `The network says ${shown(input)}.`,
      );
    for (const [axis, size] of wanted.entries()) {
      const own = input.shape[axis];
      if (size === null) continue;
      if (typeof own === 'number' && own > 0) {
        if (own === size) continue;
        throw new UserError(
          `Cannot use --input-shape for "${input.name}": the network fixes axis ${axis} at ${own}, found ${size}.`,
          `Give sizes only where the network leaves them open: ${shown(input)}.`,
        );
      }
      if (axis === 0 && (batch ?? size) === size) batch = size;
      else Object.assign(sizes, sizeOf(input, axis, size));
    }
  }
  return amended(profile, apart(sizes, inputs), batch);
}

/** Only the sizes, as a profile would have them, for who needs no device. */
export function openSizes({ model }: LoadedModel, text: string | undefined): Readonly<Record<string, number>> {
  if (text === undefined) return {};
  const profile = withInputShapes('name: none\n', model.graph, parseInputShapes(text));
  return parseHardwareProfile(profile, 'the sizes').inputShape;
}

/**
 * The same with what the data tells where nothing else does. Arrays give their own sizes; images are cropped to a size that follows from the other
 * axis, or to 224 x 224.
 *
 * @returns the text, and what was taken from the data, for people; null where nothing was missing
 */
export async function withSizesOfData(
  profile: string,
  name: string,
  graph: Graph,
  open: () => Promise<Dataset>,
): Promise<{ readonly text: string; readonly note: string | null }> {
  const { inputShape } = parseHardwareProfile(profile, name);
  const inputs = sizedInputs(inputsOf(graph), inputShape);
  if (inputs.every(({ shape }) => shape.slice(1).every(isKnown))) return { text: profile, note: null };
  const found = sizesIn(await open(), inputs);
  const taken = inputs.flatMap(input => {
    const dims = found.get(input.name);
    if (!dims) return [];
    return input.shape.flatMap((size, axis) =>
      axis === 0 || isKnown(size) || dims[axis - 1] === undefined ? [] : [{ input, axis, size: dims[axis - 1] ?? 1 }],
    );
  });
  if (taken.length === 0) return { text: profile, note: null };
  const sizes = Object.assign({}, ...taken.map(({ input, axis, size }) => sizeOf(input, axis, size)));
  const told = [...new Set(taken.map(({ input }) => input))].map(({ name: each, shape }) => {
    const dims = found.get(each) ?? [];
    return `${each}=${['?', ...shape.slice(1).map((size, i) => (isKnown(size) ? size : dims[i]))].join('x')}`;
  });
  return {
    text: amended(profile, apart(sizes, inputs), null),
    note: `The network leaves sizes open; they are taken from the data: ${told.join(', ')}. Give others with --input-shape.`,
  };
}

const isKnown = (size: number | string): size is number => typeof size === 'number' && size > 0;

/** Of one item, without the batch axis, by input. */
function sizesIn({ source, spec }: Dataset, inputs: readonly TensorDescription[]): Map<string, readonly number[]> {
  if (source.kind === 'tensors')
    return new Map(
      source.inputs.flatMap(({ name, items: [first] }) => {
        const input = inputs.find(each => each.name === (name ?? inputs[0]?.name));
        if (!input || !first) return [];
        return [[input.name, first.dims.length === input.shape.length ? first.dims.slice(1) : first.dims]];
      }),
    );
  const image = onlyImage(inputs);
  if (image.state === 'failed') return new Map();
  const { name, layout, channels } = image.value;
  const { height, width } = resolveTransform(spec, image.value.height, image.value.width);
  return new Map([[name, layout === 'nchw' ? [channels, height, width] : [height, width, channels]]]);
}

function inputNamed(inputs: readonly TensorDescription[], given: string | null): TensorDescription {
  const found =
    given === null ? (inputs.length === 1 ? inputs[0] : undefined) : inputs.find(({ name }) => name === given);
  if (found) return found;
  const names = inputs.map(({ name }) => name);
  const meant = given === null ? undefined : nearest(given, names);
  throw new UserError(
    given === null
      ? `Cannot use --input-shape: the network has ${names.length} inputs, and none is named.`
      : `Cannot use --input-shape: the network has no input "${given}".`,
    meant ? `Did you mean ${meant}?` : `It has ${inputs.map(shown).join(', ')}.`,
  );
}

/** For the first input, with a usual size where it leaves one open. */
export function exampleShape(graph: Graph): string {
  const [first] = inputsOf(graph);
  return first
    ? `${first.name}=${first.shape.map((size, axis) => (isKnown(size) ? size : axis === 0 ? 1 : 224)).join('x')}`
    : 'input=1x3x224x224';
}

const shown = ({ name, shape }: TensorDescription): string =>
  `${name}=${shape.map(size => (isKnown(size) ? size : '?')).join('x')}`;

/** By axis, and by the name that the network gives the size, which then holds inside of it, too. */
const sizeOf = ({ name, shape }: TensorDescription, axis: number, size: number): Record<string, number> => {
  const own = shape[axis];
  return { [unnamedSize(name, axis)]: size, [nameOfSize(name, axis, typeof own === 'string' ? own : null)]: size };
};

/** A name that stands for two sizes tells nothing: those are told by their axes alone. */
function apart(sizes: Readonly<Record<string, number>>, inputs: readonly TensorDescription[]): Record<string, number> {
  const kept = { ...sizes };
  for (const { name, shape } of inputs)
    for (const [axis, size] of shape.entries())
      if (typeof size === 'string' && kept[size] !== undefined) {
        const own = sizes[unnamedSize(name, axis)];
        if (own !== undefined && own !== sizes[size]) delete kept[size];
      }
  return kept;
}

function amended(profile: string, sizes: Readonly<Record<string, number>>, batch: number | null): string {
  if (Object.keys(sizes).length === 0 && batch === null) return profile;
  const document = parseDocument(profile);
  for (const [key, size] of Object.entries(sizes)) document.setIn(['inputShape', key], size);
  if (batch !== null) document.set('batchSize', batch);
  return document.toString({ lineWidth: 0 });
}
