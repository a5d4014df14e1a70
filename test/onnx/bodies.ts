/** Messages of nodes, functions and branches, field by field: what the writer of models has no use for. */
import { join, lengthDelimited } from '../../src/onnx/wire.ts';

const text = (value: string): Uint8Array => Buffer.from(value);
const message = (number: number, value: Uint8Array): readonly Uint8Array[] => lengthDelimited(number, [value]);

export interface NodeText {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly domain?: string;
  readonly name?: string;
  /** Messages of AttributeProto. */
  readonly attributes?: readonly Uint8Array[];
}

export const nodeMessage = ({ op, inputs, outputs, domain = '', name = '', attributes = [] }: NodeText): Uint8Array =>
  join([
    ...inputs.flatMap(each => message(1, text(each))),
    ...outputs.flatMap(each => message(2, text(each))),
    ...message(3, text(name)),
    ...message(4, text(op)),
    ...attributes.flatMap(each => message(5, each)),
    ...message(7, text(domain)),
  ]);

/** A list of small whole numbers. */
export const intsMessage = (name: string, values: readonly number[]): Uint8Array =>
  join([...message(1, text(name)), ...values.map(value => Uint8Array.of(0x40, value)), Uint8Array.of(0xa0, 1, 7)]);

/** The attribute `name` of a node in a function, which is the attribute `of` of the call. */
export const referenceMessage = (name: string, of: string): Uint8Array =>
  join([...message(1, text(name)), ...message(21, text(of)), Uint8Array.of(0xa0, 1, 7)]);

export const graphMessage = (
  name: string,
  nodes: readonly Uint8Array[],
  outputs: readonly string[],
  initializers: readonly Uint8Array[] = [],
): Uint8Array =>
  join([
    ...nodes.flatMap(each => message(1, each)),
    ...message(2, text(name)),
    ...initializers.flatMap(each => message(5, each)),
    // A value of float32 of whatever shape.
    ...outputs.flatMap(each =>
      message(12, join([...message(1, text(each)), ...message(2, join([...message(1, Uint8Array.of(8, 1))]))])),
    ),
  ]);

export const branchMessage = (name: string, graph: Uint8Array): Uint8Array =>
  join([...message(1, text(name)), ...message(6, graph), Uint8Array.of(0xa0, 1, 5)]);

export interface FunctionText {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly Uint8Array[];
  /** Names of attributes, and those that have a value where a call gives none. */
  readonly attributes?: readonly string[];
  readonly defaults?: readonly Uint8Array[];
  readonly opset?: number;
}

/** Of the domain `local`. */
export const functionMessage = ({
  name,
  inputs,
  outputs,
  nodes,
  attributes = [],
  defaults = [],
  opset = 17,
}: FunctionText): Uint8Array =>
  join([
    ...message(1, text(name)),
    ...inputs.flatMap(each => message(4, text(each))),
    ...outputs.flatMap(each => message(5, text(each))),
    ...attributes.flatMap(each => message(6, text(each))),
    ...nodes.flatMap(each => message(7, each)),
    ...message(9, join([...message(1, text('')), Uint8Array.of(0x10, opset)])),
    ...message(9, join([...message(1, text('local')), Uint8Array.of(0x10, 1)])),
    ...message(10, text('local')),
    ...defaults.flatMap(each => message(11, each)),
  ]);

export const withFunctions = (model: Uint8Array, functions: readonly Uint8Array[]): Uint8Array =>
  join([model, ...functions.flatMap(each => message(25, each))]);
