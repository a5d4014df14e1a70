/** Where images go into a network and where its class scores come out. */

import { logitsOf } from '../../autodiff/logits.ts';
import { UserError } from '../../errors/user-error.ts';
import type { Model } from '../../onnx/graph.ts';
import { inferShapes } from '../../onnx/shapes.ts';
import { elementCount } from '../../onnx/tensor.ts';

export interface Classifier {
  readonly input: string;
  /** Without the batch. */
  readonly imageDims: readonly number[];
  /** The output of the network that is trained and scored; others are not. */
  readonly output: string;
  /** The value that holds the class scores: where the network ends in probabilities, what their Softmax reads, since the loss has its own. */
  readonly scores: string;
  readonly classes: number;
}

/** @throws UserError for a network that is no image classifier of known sizes. */
export function classifierOf({ graph, opsets }: Model, what = 'the network'): Classifier {
  const [input, ...others] = graph.inputs;
  if (!input || others.length > 0) {
    const names = graph.inputs.map(({ name }) => `"${name}"`).join(', ') || 'none';
    throw refusal(what, `expected one input, an image, found ${names}`);
  }
  const imageDims = input.shape?.slice(1) ?? [];
  if (input.shape?.length !== 4 || !imageDims.every(size => typeof size === 'number')) {
    throw refusal(what, `expected the input "${input.name}" to be N x 3 x H x W, found [${input.shape ?? 'no shape'}]`);
  }
  if (input.elementType !== 'float32') {
    throw refusal(what, `expected the input "${input.name}" to be float32, found ${input.elementType}`);
  }
  const shapes = inferShapes(graph, opsets, typeof input.shape[0] === 'string' ? { [input.shape[0]]: 1 } : {});
  for (const { name } of graph.outputs) {
    const sizes = shapes.get(name)?.slice(1) ?? [];
    if (sizes.length > 0 && sizes.every(size => typeof size === 'number') && sizes.slice(1).every(size => size === 1)) {
      const classes = elementCount(sizes);
      if (classes > 1) return { input: input.name, imageDims, output: name, scores: logitsOf(graph, name), classes };
    }
  }
  const found = graph.outputs.map(({ name }) => `"${name}" [${shapes.get(name) ?? 'unknown'}]`).join(', ');
  throw refusal(what, `expected an output of N x classes, found ${found || 'none'}`);
}

const refusal = (what: string, why: string): UserError =>
  new UserError(`Cannot train ${what}: ${why}.`, 'Export an image classifier with a fixed image size.');
