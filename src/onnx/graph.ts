/** The graph of an ONNX model as plain readonly data. A pass takes a `Model` and returns another. */

export type ElementType =
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool'
  | 'string'
  | 'other';

/** A fixed size, a named dynamic size such as `batch`, or null when nothing is known. */
export type Dimension = number | string | null;
export type Shape = readonly Dimension[];

/** A constant; `bytes` are its elements in row-major order, little-endian, in `elementType`. */
export interface Tensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly elementType: ElementType;
  readonly bytes: Uint8Array;
  /** The protobuf message it was read from, kept so that an untouched tensor is written back as it was. */
  readonly source?: object;
}

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  /** A subgraph, a sparse tensor or anything newer than this reader: only `source` is kept. */
  | { readonly kind: 'other'; readonly source: object };

export interface Node {
  readonly name: string;
  readonly opType: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  /** An empty string stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly source?: object;
}

export interface ValueInfo {
  readonly name: string;
  readonly elementType: ElementType;
  readonly shape: Shape | null;
  readonly source?: object;
}

export interface Graph {
  readonly name: string;
  /** In topological order. */
  readonly nodes: readonly Node[];
  /** What a caller feeds: initialisers that are also listed as inputs (older opsets) are not here. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly valueInfo: ReadonlyMap<string, ValueInfo>;
  readonly source?: object;
}

export interface Model {
  readonly graph: Graph;
  /** Version by domain; the standard domain is the empty string. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly irVersion: number;
  readonly source?: object;
}
