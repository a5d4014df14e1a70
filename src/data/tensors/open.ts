/** Ready inputs as NumPy saves them: arrays that go into the network as they are, with labels or without. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { isFolder, isNamed } from '../../files/kind.ts';
import type { Dataset } from '../dataset.ts';
import { hashOfFiles } from '../file-hash.ts';
import type { TensorSpec } from '../spec.ts';
import { arrayIn, arraysIn, itemsAlong, type TensorInputSource, type TensorPlace, tensorReader } from './arrays.ts';

interface Found {
  readonly ids: readonly string[];
  readonly inputs: readonly TensorInputSource[];
  readonly labels: TensorPlace | null;
  readonly paths: readonly string[];
}

const labelsName = 'labels';

/**
 * `npy:FILE` stacks its items along the first axis; `npy:DIR` has one file per item, in a folder per input where there are several. `npz:FILE` stacks
 * them in an array per input; `npz:DIR` has one archive per item. Labels stand in `labels`, stacked, and may be missing.
 *
 * @throws UserError when the arrays cannot be read, or inputs have different items
 */
export async function openTensors(spec: TensorSpec): Promise<Dataset> {
  const { kind, directory } = spec;
  if (!isNamed(directory) && !isFolder(directory))
    throw new UserError(`Cannot open the data: there is no "${directory}".`, 'Check the path.');
  const found = isFolder(directory)
    ? kind === 'npy'
      ? filesIn(directory)
      : archivesIn(directory)
    : kind === 'npy'
      ? stacked(directory, new Map([['', arrayIn(directory)]]))
      : stacked(directory, arraysIn(directory));
  const { ids, inputs, paths } = found;
  if (ids.length === 0)
    throw new UserError(`Cannot use "${directory}" as data: there is no .${kind} file in it.`, 'Check the path.');
  const odd = inputs.find(({ items }) => items.length !== ids.length);
  if (odd)
    throw new UserError(
      `Cannot use "${directory}" as data: the input "${odd.name}" has ${odd.items.length} items where there are ${ids.length}.`,
      'Give every input one array per item.',
    );
  const labels = found.labels && labelsIn(found.labels, ids.length);
  return {
    kind,
    spec,
    count: ids.length,
    ids,
    labels,
    classes: labels ? labels.reduce((most, each) => Math.max(most, each), -1) + 1 : 0,
    classNames: null,
    classOrder: null,
    hash: await hashOfFiles(paths, JSON.stringify([kind, ids, inputs.map(({ name }) => name)])),
    description: `${ids.length} ready inputs${labels ? ', labelled' : ''}`,
    notes: [],
    source: { kind: 'tensors', inputs },
  };
}

const filesOf = (folder: string, ending: string): string[] =>
  readdirSync(folder)
    .filter(name => name.endsWith(ending) && name !== `${labelsName}${ending}`)
    .sort();

function filesIn(directory: string): Found {
  const folders = readdirSync(directory)
    .filter(name => isFolder(join(directory, name)) && filesOf(join(directory, name), '.npy').length > 0)
    .sort();
  const labelled = join(directory, `${labelsName}.npy`);
  const labels = isNamed(labelled) ? arrayIn(labelled) : null;
  const ids = filesOf(join(directory, folders[0] ?? '.'), '.npy');
  const read = (name: string | null): TensorInputSource => ({
    name,
    items: filesOf(join(directory, name ?? '.'), '.npy').map(file => arrayIn(join(directory, name ?? '.', file))),
  });
  const inputs = folders.length > 0 ? folders.map(read) : [read(null)];
  const paths = inputs.flatMap(({ items }) => items.map(({ path }) => path));
  return { ids, inputs, labels, paths: labels ? [...paths, labels.path] : paths };
}

function stacked(file: string, arrays: ReadonlyMap<string, TensorPlace>): Found {
  const named = [...arrays].filter(([name]) => name !== labelsName);
  const inputs = named.map(([name, array]) => ({ name: name === '' ? null : name, items: itemsAlong(array) }));
  const ids = (inputs[0]?.items ?? []).map((_, i) => `${basename(file)}#${i}`);
  return { ids, inputs, labels: arrays.get(labelsName) ?? null, paths: [file] };
}

function archivesIn(directory: string): Found {
  const ids = filesOf(directory, '.npz');
  const items = ids.map(file => arraysIn(join(directory, file)));
  const names = [...(items[0]?.keys() ?? [])];
  const inputs = names.map(name => ({
    name,
    items: items.flatMap(each => {
      const array = each.get(name);
      return array ? [array] : [];
    }),
  }));
  return { ids, inputs, labels: null, paths: ids.map(file => join(directory, file)) };
}

function labelsIn(place: TensorPlace, count: number): Int32Array {
  const whole = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'].includes(place.type);
  if (!whole || place.dims.length !== 1 || place.dims[0] !== count)
    throw new UserError(
      `Cannot use the labels in "${place.path}": expected ${count} whole numbers, found ${place.type} [${place.dims.join(', ')}].`,
      'Give one class per item, from 0.',
    );
  const bytes = tensorReader()(place);
  const view = new DataView(bytes.buffer);
  const width = place.bytes / count;
  const signed = place.type.startsWith('int');
  return Int32Array.from({ length: count }, (_, i) => {
    if (width === 8) return Number(view.getBigInt64(8 * i, true));
    if (width === 4) return view.getInt32(4 * i, true);
    if (width === 2) return signed ? view.getInt16(2 * i, true) : view.getUint16(2 * i, true);
    return signed ? view.getInt8(i) : view.getUint8(i);
  });
}
