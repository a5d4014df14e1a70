/**
 * Shapes that cannot be inferred, taken from ONNX Runtime: the dense model runs once on one random input and once on two, with the
 * values in question as its outputs. What grows with the batch is a multiple of it; what else differs depends on the data and stays unknown.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attempt } from '../errors/failure.ts';
import { entryUrl } from '../host/entry.ts';
import { scratchFolder } from '../host/scratch-folder.ts';
import type { ElementType, Model, Shape, ValueInfo } from '../onnx/graph.ts';
import { multiply } from '../onnx/shapes/dimension.ts';
import { nameOfSize } from '../onnx/shapes.ts';
import { writeModel } from '../onnx/write.ts';
import { startChild } from '../runtime/child.ts';

export interface ShapesRequest {
  readonly path: string;
  readonly values: readonly string[];
  /** Images per run. */
  readonly batches: readonly number[];
}

export interface RunShape {
  readonly type: string;
  readonly dims: readonly number[];
}

/** Per run, in the order of the values. */
export type ShapesAnswer = readonly (readonly RunShape[])[];

const timeoutMs = 120_000;

/**
 * The model with what was found among its value infos; as it was where the runtime cannot run it, or where a size other than the batch
 * is dynamic: what then is measured would hold for one size only.
 */
export async function withMeasuredShapes(model: Model, values: readonly string[]): Promise<Model> {
  const [input, ...others] = model.graph.inputs;
  const shape = input?.shape;
  const fixed = shape?.slice(1).every(size => typeof size === 'number') ?? false;
  if (values.length === 0 || !input || !shape || others.length > 0 || !fixed) return model;
  const batch = shape[0] ?? null;
  const answer = await measured(model, values, typeof batch === 'number' ? [batch, batch] : [1, 2]);
  if (answer.state === 'failed') return model;
  const [once = [], twice = []] = answer.value;
  const name = nameOfSize(input.name, 0, batch);
  const found = values.flatMap((value, i): ValueInfo[] => {
    const [a, b] = [once[i], twice[i]];
    if (!a || !b || a.dims.length !== b.dims.length) return [];
    return [{ name: value, elementType: a.type as ElementType, shape: inBatches(a.dims, b.dims, name) }];
  });
  const valueInfo = new Map([...model.graph.valueInfo, ...found.map(each => [each.name, each] as const)]);
  return { ...model, graph: { ...model.graph, valueInfo } };
}

/** Sizes of one image and of two, or of twice the same batch. */
const inBatches = (once: readonly number[], twice: readonly number[], batch: string): Shape =>
  once.map((size, axis) => {
    if (twice[axis] === size) return size;
    return twice[axis] === 2 * size ? multiply(size, batch) : null;
  });

async function measured(
  model: Model,
  values: readonly string[],
  batches: readonly number[],
): Promise<Attempt<ShapesAnswer>> {
  const scratch = scratchFolder();
  const child = startChild({ entry: entryUrl('onnxruntime/shapes-child', import.meta.url) });
  try {
    // The runtime knows better of what type a value is.
    const outputs = values.map(name => ({ name, elementType: 'other' as const, shape: null }));
    const path = join(scratch.path, 'shapes.onnx');
    writeFileSync(path, writeModel({ ...model, graph: { ...model.graph, outputs } }));
    return await child.request<ShapesAnswer>({ path, values, batches } satisfies ShapesRequest, timeoutMs);
  } finally {
    await child.close();
    scratch.remove();
  }
}
