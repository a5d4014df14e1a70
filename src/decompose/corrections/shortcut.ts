/** What is added to the output of a site: the other summand of a residual connection. */
import { consumersOf } from '../../onnx/edit.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { floatsOf } from '../../onnx/tensor.ts';
import { constantsOf, resolved } from '../../onnx/weights.ts';
import type { Site } from '../site.ts';

export interface Shortcut {
  /** The value that the site's output is added to. */
  readonly value: string;
  /** By what the output is multiplied before that, one per channel: 1, or that of the BatchNormalization in between. */
  readonly scale: Float32Array;
}

/** The default of ONNX's BatchNormalization. */
const defaultEpsilon = 1e-5;

/** Null where the output goes another way, or to other readers too. */
export function shortcutOf(graph: Graph, site: Site): Shortcut | null {
  const consumers = consumersOf(graph);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const onlyReader = (name: string): Node | null => {
    const readers = consumers.get(name) ?? [];
    return readers.length === 1 && !outputs.has(name) ? readers[0]! : null;
  };
  let value = site.output;
  let scale: Float32Array | null = new Float32Array(site.outChannels).fill(1);
  let reader = onlyReader(value);
  if (reader?.opType === 'BatchNormalization') {
    scale = scaleOf(graph, reader, site.outChannels);
    value = reader.outputs[0]!;
    reader = onlyReader(value);
  }
  if (!scale || reader?.opType !== 'Add') return null;
  const other = reader.inputs.find(name => name !== value);
  return other === undefined || graph.initializers.has(other) ? null : { value: other, scale };
}

/** gamma / sqrt(variance + epsilon); null where they are no constants. */
function scaleOf(graph: Graph, node: Node, channels: number): Float32Array | null {
  const constant = constantsOf(graph);
  const numbers = (input: number): Float32Array | null => {
    const found = constant(node.inputs[input] ?? '');
    const tensor = found && resolved(found);
    return tensor && floatsOf(tensor);
  };
  const [gamma, variance] = [numbers(1), numbers(4)];
  if (gamma?.length !== channels || variance?.length !== channels) return null;
  const given = node.attributes.get('epsilon');
  const epsilon = given?.kind === 'float' ? given.value : defaultEpsilon;
  return gamma.map((each, c) => each / Math.sqrt(variance[c]! + epsilon));
}
