/** Attributes of a node, with the values that ONNX gives them where they are absent. */
import type { Node } from '../../onnx/graph.ts';

export function intOf({ attributes }: Node, name: string, otherwise: number): number {
  const attribute = attributes.get(name);
  return attribute?.kind === 'int' ? attribute.value : otherwise;
}

export function intsOf({ attributes }: Node, name: string): readonly number[] | null {
  const attribute = attributes.get(name);
  return attribute?.kind === 'ints' ? attribute.value : null;
}

export function floatOf({ attributes }: Node, name: string, otherwise: number): number {
  const attribute = attributes.get(name);
  return attribute?.kind === 'float' ? attribute.value : otherwise;
}

export function textOf({ attributes }: Node, name: string, otherwise: string): string {
  const attribute = attributes.get(name);
  return attribute?.kind === 'string' ? attribute.value : otherwise;
}
