/** Why a size is not known, with the way out, for people. */
import type { Node } from '../../onnx/graph.ts';
import type { LostSize } from '../../onnx/lost-size.ts';

/** Completes "it is no site because ...". `what` names the size and is a plural: "the height and width of its images". */
export function unknownSize(what: string, loss: LostSize | null): string {
  if (loss?.kind === 'input' && loss.sizes.length > 0) {
    const given = loss.sizes.map(size => `${JSON.stringify(size)}: 224`).join(', ');
    return (
      `${what} follow from sizes of the input "${loss.input}" that are dynamic; ` +
      `give them in the hardware profile, as in inputShape: { ${given} }, or export the model with fixed sizes`
    );
  }
  if (loss?.kind === 'input')
    return `${what} are computed from what the input "${loss.input}" holds; export the model with fixed sizes`;
  if (loss?.kind === 'node')
    return `${what} are not known beforehand: they are lost at ${called(loss.node)}; export the model with constant shapes`;
  return `${what} are not known; export the model with fixed sizes`;
}

/** A node as messages name it: with its operator, and the domain of one that is not standard. */
export const called = ({ name, opType, domain, outputs }: Node): string =>
  `the node "${name || outputs[0] || opType}" (${opType}${domain === '' || domain === 'ai.onnx' ? '' : ` of ${domain}`})`;
