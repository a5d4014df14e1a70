/** A module of the user's that yields inputs: tokens, features, whatever a network takes. */
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '../../errors/user-error.ts';
import { isNamed } from '../../files/kind.ts';
import type { Dataset } from '../dataset.ts';
import type { ModuleSpec } from '../spec.ts';
import type { TensorInputSource, TensorPlace } from './arrays.ts';
import type { NpyType } from './npy.ts';

/** The numbers of one input, without the batch dimension. */
export interface InputArray {
  /** Rows in the order of C. The kind of the array is the type of the input, where `type` says no other. */
  readonly data:
    | Float32Array
    | Float64Array
    | Int8Array
    | Int16Array
    | Int32Array
    | BigInt64Array
    | Uint8Array
    | Uint16Array
    | Uint32Array
    | BigUint64Array;
  readonly dims: readonly number[];
  /** Halves stand in a Uint16Array, and truths in a Uint8Array. */
  readonly type?: 'float16' | 'bool';
}

/** One item: an array for each input, by its name. */
export interface InputItem {
  readonly inputs: Readonly<Record<string, InputArray>>;
  /** The class, from 0; all items have one, or none has. */
  readonly label?: number;
  /** As metrics and messages call it; its place by default. */
  readonly name?: string;
}

/** The default export of such a module. It yields the same items each time. */
export type InputModule = () => Iterable<InputItem> | AsyncIterable<InputItem>;

const types: readonly (readonly [new (length: number) => object, NpyType])[] = [
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
  [Int8Array, 'int8'],
  [Int16Array, 'int16'],
  [Int32Array, 'int32'],
  [BigInt64Array, 'int64'],
  [Uint8Array, 'uint8'],
  [Uint16Array, 'uint16'],
  [Uint32Array, 'uint32'],
  [BigUint64Array, 'uint64'],
];

/** One that never ends is noticed. */
const mostItems = 1_000_000;

/**
 * Runs the module and keeps what it yields in a file named by its hash.
 *
 * @param folder where arrays are kept
 * @throws UserError for what is no such module, and for items that are no inputs
 */
export async function openInputModule(spec: ModuleSpec, folder: string): Promise<Dataset> {
  const { directory: path } = spec;
  const items = await itemsOf(path);
  const temporary = join(folder, `${randomBytes(8).toString('hex')}.tmp`);
  mkdirSync(folder, { recursive: true });
  const file = openSync(temporary, 'wx');
  const hash = createHash('sha256').update('inputs');
  const ids: string[] = [];
  const labels: number[] = [];
  const arrays = new Map<string, Omit<TensorPlace, 'path'>[]>();
  let start = 0;
  try {
    for await (const item of yielded(items, path)) {
      const at = ids.length;
      const fault = faultOf(item, at === 0 ? null : [...arrays.keys()], at > 0 && labels.length > 0, at);
      if (fault) throw bad(path, `item ${at} ${fault}`);
      if (at >= mostItems) throw bad(path, `it yields more than ${mostItems} items`);
      for (const [name, array] of Object.entries(item.inputs).sort(([a], [b]) => (a < b ? -1 : 1))) {
        const place = { type: typeOf(array), dims: [...array.dims], start, bytes: array.data.byteLength, packed: null };
        const bytes = new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
        hash.update(JSON.stringify([name, place.type, place.dims])).update(bytes);
        for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
        start += bytes.length;
        const places = arrays.get(name);
        if (places) places.push(place);
        else arrays.set(name, [place]);
      }
      if (item.label !== undefined) labels.push(item.label);
      ids.push(item.name ?? `item ${at}`);
    }
    if (ids.length === 0) throw bad(path, 'it yields no item');
  } catch (error) {
    closeSync(file);
    rmSync(temporary, { force: true });
    throw error;
  }
  closeSync(file);
  const sha256 = hash.update(JSON.stringify([ids, labels])).digest('hex');
  const kept = join(folder, `${sha256}.arrays`);
  renameSync(temporary, kept);
  const inputs: TensorInputSource[] = [...arrays].map(([name, places]) => ({
    name,
    items: places.map(place => ({ ...place, path: kept })),
  }));
  const labelled = labels.length > 0 ? Int32Array.from(labels) : null;
  return {
    kind: 'module',
    spec,
    count: ids.length,
    ids,
    labels: labelled,
    classes: labelled ? labelled.reduce((most, each) => Math.max(most, each), -1) + 1 : 0,
    classNames: null,
    classOrder: null,
    hash: sha256,
    description: `${ids.length} inputs of a module${labelled ? ', labelled' : ''}`,
    notes: [],
    source: { kind: 'tensors', inputs },
  };
}

async function itemsOf(path: string): Promise<Iterable<unknown> | AsyncIterable<unknown>> {
  if (!isNamed(path)) throw new UserError(`Cannot open the data: there is no module "${path}".`, 'Check the path.');
  const loaded = await attempt(path, 'cannot be loaded', () => import(pathToFileURL(path).href));
  const found = (loaded as { readonly default?: unknown }).default;
  if (typeof found !== 'function') throw bad(path, 'it has no default export that is a function');
  const items: unknown = await attempt(path, 'threw', () => found());
  if (typeof items === 'object' && items !== null && (Symbol.iterator in items || Symbol.asyncIterator in items))
    return items as Iterable<unknown> | AsyncIterable<unknown>;
  throw bad(path, 'its function yields nothing');
}

/** The way out names the module wherever it throws. */
async function* yielded(items: Iterable<unknown> | AsyncIterable<unknown>, path: string): AsyncGenerator<InputItem> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  for (;;) {
    const next = (await attempt(path, 'threw', () => iterator.next())) as IteratorResult<unknown>;
    if (next.done) return;
    yield next.value as InputItem;
  }
}

async function attempt(path: string, what: string, run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new UserError(`Cannot use "${path}" as data: it ${what}: ${line}.`, wayOut, { cause: error });
  }
}

const wayOut = 'Export a function that yields { inputs: { NAME: { data, dims } } }, as docs/files.md shows.';
const bad = (path: string, what: string): UserError => new UserError(`Cannot use "${path}" as data: ${what}.`, wayOut);

function typeOf({ data, type }: InputArray): NpyType {
  const found = type ?? types.find(([array]) => data instanceof array)?.[1];
  if (!found) throw new Error('the array was checked');
  return found;
}

/** Null, or what is wrong with an item; `names` are those of the items before. */
function faultOf(item: unknown, names: readonly string[] | null, labelled: boolean, at: number): string | null {
  if (typeof item !== 'object' || item === null || !('inputs' in item)) return 'has no "inputs"';
  const { inputs, label, name } = item as { inputs: unknown; label?: unknown; name?: unknown };
  if (typeof inputs !== 'object' || inputs === null) return 'has no "inputs"';
  if (name !== undefined && typeof name !== 'string') return 'has a name that is no text';
  if (label !== undefined && !(Number.isInteger(label) && (label as number) >= 0))
    return `has the label ${String(label)}, expected a whole number from 0`;
  if (at > 0 && labelled !== (label !== undefined))
    return labelled ? 'has no label' : 'has a label, and others have none';
  const own = Object.keys(inputs).sort();
  if (own.length === 0) return 'has no input';
  if (names && own.join() !== [...names].sort().join())
    return `has the inputs ${own.join(', ')}, and those before have ${names.join(', ')}`;
  for (const [each, array] of Object.entries(inputs)) {
    const fault = arrayFault(array);
    if (fault) return `has an input "${each}" ${fault}`;
  }
  return null;
}

function arrayFault(array: unknown): string | null {
  const { data, dims, type } = (array ?? {}) as { data?: unknown; dims?: unknown; type?: unknown };
  const known = types.find(([kind]) => data instanceof kind);
  if (!known) return 'whose data is no typed array, such as a Float32Array';
  if (type === 'float16' ? known[1] !== 'uint16' : type === 'bool' ? known[1] !== 'uint8' : type !== undefined)
    return `of the type ${String(type)}, which its data is not of`;
  if (!Array.isArray(dims) || dims.some(size => !Number.isInteger(size) || size < 0)) return 'without dims';
  const wanted = dims.reduce((product: number, size: number) => product * size, 1);
  const { length } = data as { readonly length: number };
  return length === wanted ? null : `of ${length} numbers, and dims [${dims.join(', ')}] are ${wanted}`;
}
