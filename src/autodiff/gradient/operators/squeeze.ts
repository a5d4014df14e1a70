/** y = x without some axes of size 1. */
import type { GradientRule } from '../rule.ts';

export const squeeze: GradientRule = at => [
  at.input(1) === ''
    ? at.build.reshape(at.dy, at.shape(0), at.input(0))
    : at.build.add('Unsqueeze', [at.dy, at.input(1)]),
];
