/** The class scores before they are made probabilities. */
import { producersOf } from '../onnx/edit.ts';
import type { Graph } from '../onnx/graph.ts';
import { standardDomain } from '../onnx/versions.ts';

/** The value itself, or what the Softmax or LogSoftmax that makes it reads. */
export function logitsOf(graph: Graph, value: string): string {
  const last = producersOf(graph).get(value);
  const makesShares = last?.opType === 'Softmax' || last?.opType === 'LogSoftmax';
  return last && makesShares && standardDomain(last.domain) === '' ? (last.inputs[0] ?? '') : value;
}
