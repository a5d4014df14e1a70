/** Brings a network into the one form that training works on. */

import { inferenceFormPass } from '../../autodiff/passes/inference-form.ts';
import { ownVectorsPass } from '../../autodiff/passes/own-vectors.ts';
import { raiseOpset } from '../../autodiff/passes/raise-opset.ts';
import { UserError } from '../../errors/user-error.ts';
import type { Model } from '../../onnx/graph.ts';
import { keepLive } from '../../onnx/live.ts';
import { runPasses } from '../../onnx/pass.ts';
import { dropDeadInitializersPass } from '../../onnx/passes/drop-dead-initializers.ts';
import { liftConstantsPass } from '../../onnx/passes/lift-constants.ts';
import { readsOf } from '../../onnx/subgraph.ts';
import { type Classifier, classifierOf } from './classifier.ts';
import { type Parameters, parametersOf } from './parameters.ts';

export interface Network extends Parameters, Classifier {
  /** At opset 18 or later, as it is used and not as it is trained, its constants all initialisers. */
  readonly model: Model;
}

const passes = [liftConstantsPass, ownVectorsPass, inferenceFormPass, dropDeadInitializersPass];

/** The form that training works on, whatever the network is for. */
export const trainableForm = (given: Model): Model => runPasses(passes, raiseOpset(given)).model;

/** @throws UserError for a network that cannot be trained, whatever its operators are */
export function prepareNetwork(given: Model, what?: string): Network {
  const model = trainableForm(given);
  const classifier = classifierOf(model, what);
  const parameters = parametersBehind(model, classifier.scores);
  requireFloat32(model, parameters);
  return { model, ...parameters, ...classifier };
}

/** Of what the scores do not depend on, such as another head, nothing is trained: without a gradient, its weights would only decay. */
function parametersBehind({ graph }: Model, scores: string): Parameters {
  const read = new Set(keepLive(graph.nodes, [scores]).flatMap(readsOf));
  const { weights, statistics } = parametersOf(graph);
  return {
    weights: weights.filter(({ name }) => read.has(name)),
    statistics: statistics.filter(({ name }) => read.has(name)),
  };
}

/** @throws UserError for a teacher whose images or classes are not those of the network */
export function requireSameClassifier(teacher: Network, network: Network): void {
  if (teacher.classes === network.classes && String(teacher.imageDims) === String(network.imageDims)) return;
  throw new UserError(
    `Cannot distil: the teacher scores ${teacher.classes} classes on images of ${teacher.imageDims.join(' x ')}, the network ${network.classes} on ${network.imageDims.join(' x ')}.`,
    'Give the dense network that the candidate was made from.',
  );
}

/** A weight in float16 that a Cast widens is trained in float32 and written as it was. */
function requireFloat32({ graph }: Model, { weights }: Parameters): void {
  const other = weights.find(
    ({ name, index }) =>
      graph.initializers.get(name)?.elementType !== 'float32' && graph.nodes[index]?.inputs.includes(name),
  );
  if (!other) return;
  throw new UserError(
    `Cannot train the network: expected weights in float32, found "${other.name}" in ${graph.initializers.get(other.name)?.elementType}.`,
    'Export the network in float32; --precision float16 then takes its products in float16.',
  );
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
