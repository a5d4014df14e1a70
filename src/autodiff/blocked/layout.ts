/**
 * Values in the blocked layout of ONNX Runtime's own convolutions on a CPU: N x C/B x H x W x B in the place of N x C x H x W,
 * B channels side by side in memory as one vector of the machine. The runtime brings a network into this layout where its
 * weights are constants; in training they are not, so that the graph itself has to say it.
 */
import { freshNames } from '../../onnx/edit.ts';
import type { Attribute, Graph, Node, Tensor } from '../../onnx/graph.ts';
import { readsOf } from '../../onnx/subgraph.ts';
import { floatTensor, intTensor } from '../../onnx/tensor.ts';

/** The operator set of these convolutions, internal to ONNX Runtime. */
export const blockedDomain = 'com.microsoft.nchwc';

export interface LayoutBuilder {
  readonly block: number;
  /** Appends a node of one output, called `output` where that is given. */
  readonly add: (opType: string, inputs: readonly string[], attributes: Attributes, options?: AddOptions) => string;
  /** Appends a node as it is, what it reads brought into the plain layout. */
  readonly keep: (node: Node) => void;
  readonly integers: (values: readonly number[]) => string;
  /** A float32 scalar. */
  readonly number: (value: number) => string;
  /** A float32 vector of ones. */
  readonly ones: (count: number) => string;
  /** The value in the plain layout, under its own name. */
  readonly plain: (name: string) => string;
  /** The value in the blocked layout, reordered once for all who read it. */
  readonly blocked: (name: string) => string;
  /** Whether the value has been computed in the blocked layout, or reordered already. */
  readonly isBlocked: (name: string) => boolean;
  /** Says that `blocked` holds `name`, of so many channels, which nothing holds in the plain layout yet. */
  readonly define: (name: string, blocked: string, channels: number) => void;
  /** The values that hold others in the blocked layout. */
  readonly blockedValues: () => ReadonlySet<string>;
  readonly nodes: () => readonly Node[];
  readonly constants: () => readonly Tensor[];
}

export type Attributes = Readonly<Record<string, number | string | readonly number[]>>;

export interface AddOptions {
  readonly domain?: string;
  /** Another name than one of its own; none where it is empty. */
  readonly output?: string | undefined;
}

export function layoutBuilder(graph: Graph, block: number): LayoutBuilder {
  const fresh = freshNames(graph);
  const nodes: Node[] = [];
  const tensors = new Map<string, Tensor>();
  const blockedNames = new Map<string, string>();
  const pending = new Map<string, number>();
  const constant = (key: string, make: (name: string) => Tensor): string => {
    const tensor = tensors.get(key) ?? make(fresh(`blocked/${key}`));
    tensors.set(key, tensor);
    return tensor.name;
  };

  const add: LayoutBuilder['add'] = (opType, inputs, attributes, { domain = '', output } = {}) => {
    const name = fresh(`blocked/${opType}`);
    const entries = Object.entries(attributes).map(([key, value]) => [key, attributeOf(value)] as const);
    nodes.push({ name, opType, domain, inputs, outputs: [output || name], attributes: new Map(entries) });
    return output || name;
  };
  const plain = (name: string): string => {
    const channels = pending.get(name);
    if (channels === undefined) return name;
    pending.delete(name);
    return add(
      'ReorderOutput',
      [blockedNames.get(name) ?? ''],
      { channels, channels_last: 0 },
      { domain: blockedDomain, output: name },
    );
  };
  return {
    block,
    add,
    keep: node => {
      for (const name of readsOf(node)) plain(name);
      nodes.push(node);
    },
    integers: values => constant(`integers[${values}]`, name => intTensor(name, [values.length], values)),
    number: value => constant(`number[${value}]`, name => floatTensor(name, [], Float32Array.of(value))),
    ones: count => constant(`ones[${count}]`, name => floatTensor(name, [count], new Float32Array(count).fill(1))),
    plain,
    blocked: name => {
      const known = blockedNames.get(name);
      if (known !== undefined) return known;
      const made = add('ReorderInput', [name], { channels_last: 0 }, { domain: blockedDomain });
      blockedNames.set(name, made);
      return made;
    },
    isBlocked: name => blockedNames.has(name),
    define: (name, value, channels) => {
      blockedNames.set(name, value);
      pending.set(name, channels);
    },
    blockedValues: () => new Set(blockedNames.values()),
    nodes: () => nodes,
    constants: () => [...tensors.values()],
  };
}

function attributeOf(value: number | string | readonly number[]): Attribute {
  if (typeof value === 'number') return { kind: 'int', value };
  if (typeof value === 'string') return { kind: 'string', value };
  return { kind: 'ints', value };
}
