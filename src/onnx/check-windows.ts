/** Refuses windows that no operator can slide: strides of 0, or paddings beyond what a 32-bit index reaches. */
import type { Graph, Node } from './graph.ts';
import { type ReadOptions, refusal } from './read-context.ts';

const windowed = /^(Nhwc)?(Fused)?Conv(Transpose|Integer)?$|^QLinearConv$|^(Max|Average|Lp)Pool$/;
/** The least that each may hold; the runtime keeps them in 32 bits at some place or other. */
const least: Readonly<Record<string, number>> = {
  strides: 1,
  dilations: 1,
  kernel_shape: 1,
  pads: -(2 ** 31),
  output_padding: 0,
  group: 1,
};
const most = 2 ** 31 - 1;

/** Throws UserError, naming the node, at the first attribute of a convolution or a pooling that makes no sense. */
export function checkWindows({ nodes }: Graph, options: ReadOptions): void {
  for (const node of nodes) {
    if (!windowed.test(node.opType)) continue;
    for (const [name, low] of Object.entries(least)) {
      const wrong = valuesOf(node, name).find(value => !(value >= low && value <= most));
      if (wrong === undefined) continue;
      throw refusal(
        options,
        `the node "${node.name || node.outputs[0]}" (${node.opType}) has ${name} with ${wrong}, expected ${low < 0 ? `at most ${most}` : `${low} to ${most}`}.`,
        'Check the file with onnx.checker.check_model and export the model again.',
      );
    }
  }
}

function valuesOf({ attributes }: Node, name: string): readonly number[] {
  const attribute = attributes.get(name);
  if (attribute?.kind === 'int') return [attribute.value];
  return attribute?.kind === 'ints' ? attribute.value : [];
}
