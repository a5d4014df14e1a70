/** Attributes of a node: read with the values that ONNX gives them where they are absent, and changed. */
import type { Attribute, Node } from './graph.ts';

export function intAttribute({ attributes }: Node, name: string, otherwise: number): number {
  const attribute = attributes.get(name);
  return attribute?.kind === 'int' ? attribute.value : otherwise;
}

export function intsAttribute({ attributes }: Node, name: string): readonly number[] | null {
  const attribute = attributes.get(name);
  return attribute?.kind === 'ints' ? attribute.value : null;
}

export function floatAttribute({ attributes }: Node, name: string, otherwise: number): number {
  const attribute = attributes.get(name);
  return attribute?.kind === 'float' ? attribute.value : otherwise;
}

export function floatsAttribute({ attributes }: Node, name: string): readonly number[] | null {
  const attribute = attributes.get(name);
  return attribute?.kind === 'floats' ? attribute.value : null;
}

export function textAttribute({ attributes }: Node, name: string, otherwise: string): string {
  const attribute = attributes.get(name);
  return attribute?.kind === 'string' ? attribute.value : otherwise;
}

/** A node of its own, without these attributes: it is written as it is now and not as it lay in the file. */
export function withoutAttributes({ source: _, ...node }: Node, names: readonly string[]): Node {
  return { ...node, attributes: new Map([...node.attributes].filter(([name]) => !names.includes(name))) };
}

/** A node of its own likewise, with the attribute in place of one of that name. */
export function withAttribute(node: Node, name: string, attribute: Attribute): Node {
  const bare = withoutAttributes(node, []);
  return { ...bare, attributes: new Map([...bare.attributes, [name, attribute]]) };
}
