/** Brings a network into the one form that training works on. */
import type { Model } from '../../onnx/graph.ts';
import { runPasses } from '../../onnx/pass.ts';
import { dropDeadInitializersPass } from '../../onnx/passes/drop-dead-initializers.ts';
import { liftConstantsPass } from '../../onnx/passes/lift-constants.ts';
import { raiseOpset } from '../passes/raise-opset.ts';
import { type Classifier, classifierOf } from './classifier.ts';
import { type Parameters, parametersOf } from './parameters.ts';

export interface Network extends Parameters, Classifier {
  /** At opset 18 or later, its constants all initialisers. */
  readonly model: Model;
}

export function prepareNetwork(given: Model, what?: string): Network {
  const { model } = runPasses([liftConstantsPass, dropDeadInitializersPass], raiseOpset(given));
  return { model, ...parametersOf(model.graph), ...classifierOf(model, what) };
}

/** The same network for `batchSize` images. */
export function withBatchSize({ model, input, imageDims }: Network, batchSize: number): Model {
  const { graph } = model;
  const inputs = graph.inputs.map(each =>
    each.name === input ? { name: input, elementType: each.elementType, shape: [batchSize, ...imageDims] } : each,
  );
  return { ...model, graph: { ...graph, inputs, valueInfo: new Map() } };
}

/** The same network for any number of images. */
export function dynamicBatch({ model, input, scores, imageDims }: Network): Model {
  const { graph } = model;
  const inputs = graph.inputs.map(each =>
    each.name === input ? { name: input, elementType: each.elementType, shape: ['batch', ...imageDims] } : each,
  );
  const outputs = [{ name: scores, elementType: 'float32' as const, shape: null }];
  return { ...model, graph: { ...graph, inputs, outputs, valueInfo: new Map() } };
}
