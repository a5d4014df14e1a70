/** The network as it is used: models that were exported in training mode normalise by the batch, and drop numbers, in use too. */
import { UserError } from '../../errors/user-error.ts';
import { intAttribute, withoutAttributes } from '../../onnx/attributes.ts';
import { consumersOf } from '../../onnx/edit.ts';
import type { Node } from '../../onnx/graph.ts';
import type { Pass } from '../../onnx/pass.ts';
import { intsOf } from '../../onnx/tensor.ts';
import { standardDomain } from '../../onnx/versions.ts';

/**
 * BatchNormalization takes its running statistics; a step of training has a form of its own (`batch-statistics.ts`). Throws a UserError for
 * a Dropout that drops: what it drops follows from no seed of ours, so that a training could not be gone on with.
 */
export const inferenceFormPass: Pass = {
  name: 'inference-form',
  apply: model => {
    const { graph } = model;
    const dropping = graph.nodes.find(node => {
      const mode = isStandard(node, 'Dropout') ? graph.initializers.get(node.inputs[2] ?? '') : undefined;
      return mode && intsOf(mode)[0] !== 0;
    });
    if (dropping) throw inTrainingMode(dropping, 'it drops numbers at random in use too');
    const readers = consumersOf(graph);
    const outputs = new Set(graph.outputs.map(({ name }) => name));
    const nodes = graph.nodes.map(node => {
      if (!isStandard(node, 'BatchNormalization') || intAttribute(node, 'training_mode', 0) === 0) return node;
      if (node.outputs.slice(1).some(name => readers.has(name) || outputs.has(name)))
        throw inTrainingMode(node, 'its statistics are read');
      return { ...withoutAttributes(node, ['training_mode']), outputs: node.outputs.slice(0, 1) };
    });
    if (nodes.every((node, i) => node === graph.nodes[i])) return { model, modified: false };
    return { model: { ...model, graph: { ...graph, nodes } }, modified: true };
  },
};

const isStandard = (node: Node, opType: string): boolean =>
  node.opType === opType && standardDomain(node.domain) === '';

const inTrainingMode = (node: Node, why: string): UserError =>
  new UserError(
    `Cannot train the network: its node "${node.name || node.outputs[0]}" (${node.opType}) is in training mode, and ${why}.`,
    'Export it from model.eval(), with training=torch.onnx.TrainingMode.PRESERVE so that its BatchNormalization stays.',
  );
