import type { Node } from './graph.ts';

/** Hands a value on under another name, where both names must stay. */
export const identityNode = (name: string, input: string, output: string): Node => ({
  name,
  opType: 'Identity',
  domain: '',
  inputs: [input],
  outputs: [output],
  attributes: new Map(),
});
