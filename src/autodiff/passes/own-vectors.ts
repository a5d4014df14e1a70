/** Gives every layer the vectors of its own that an exporter has merged. */
import { intAttribute, withoutAttributes } from '../../onnx/attributes.ts';
import { freshNames } from '../../onnx/edit.ts';
import { codeOf, isFloat } from '../../onnx/element-type.ts';
import type { Graph, Node, Tensor } from '../../onnx/graph.ts';
import type { Pass } from '../../onnx/pass.ts';
import { floatsOf, floatTensor } from '../../onnx/tensor.ts';
import { standardDomain } from '../../onnx/versions.ts';

/**
 * torch.onnx.export keeps equal parameters once and reads them through Identity nodes. Scales, shifts, biases and running statistics of an
 * untrained network are all alike, and belong to their layers none the less: each such Identity becomes a constant of its own, and so does a
 * Cast of a vector kept in float16. Matrices and kernels are never alike by chance: they stay shared.
 *
 * Running statistics are of what one node reads. Where two BatchNormalization nodes share them, which is one layer that the network runs
 * through twice, the second gets its own: the runtime would otherwise write the batches' statistics of both into one place.
 */
export const ownVectorsPass: Pass = {
  name: 'own-vectors',
  apply: model => {
    const { graph } = model;
    const fresh = freshNames(graph);
    const initializers = new Map(graph.initializers);
    const read = new Set<string>();
    const own = (name: string): string => {
      const tensor = initializers.get(name);
      if (!tensor || !read.has(name)) {
        read.add(name);
        return name;
      }
      const copy = fresh(name);
      initializers.set(copy, { ...bare(tensor), name: copy });
      return copy;
    };
    const nodes = graph.nodes.flatMap((node): readonly Node[] => {
      const vector = copiedVector(node, { ...graph, initializers });
      if (vector) initializers.set(vector.name, vector);
      if (vector) return [];
      if (node.opType !== 'BatchNormalization' || standardDomain(node.domain) !== '') return [node];
      const inputs = node.inputs.map((name, i) => (i > 2 ? own(name) : name));
      return inputs.every((name, i) => name === node.inputs[i]) ? [node] : [{ ...withoutAttributes(node, []), inputs }];
    });
    if (initializers.size === graph.initializers.size) return { model, modified: false };
    return { model: { ...model, graph: { ...graph, nodes, initializers } }, modified: true };
  },
};

const bare = ({ dims, elementType, bytes, name }: Tensor): Tensor => ({ name, dims, elementType, bytes });

/** What an Identity, or a Cast to float32, makes of a constant vector, under the name of its output. */
function copiedVector(node: Node, { initializers, outputs }: Graph): Tensor | null {
  const [from = '', name = ''] = [node.inputs[0], node.outputs[0]];
  const tensor = initializers.get(from);
  if (standardDomain(node.domain) !== '' || !tensor || tensor.dims.length > 1 || !isFloat(tensor.elementType))
    return null;
  if (outputs.some(output => output.name === name)) return null;
  if (node.opType === 'Identity') return { ...bare(tensor), name };
  const widens =
    node.opType === 'Cast' && intAttribute(node, 'to', 0) === codeOf('float32') && tensor.elementType === 'float16';
  return widens ? floatTensor(name, tensor.dims, floatsOf(tensor), 'float32') : null;
}
