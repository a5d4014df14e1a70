/** y = x with further axes of size 1. */
import type { GradientRule } from '../rule.ts';

export const unsqueeze: GradientRule = at => [at.build.add('Squeeze', [at.dy, at.input(1)])];
