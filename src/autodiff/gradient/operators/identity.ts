/** y = x. */
import type { GradientRule } from '../rule.ts';

export const identity: GradientRule = at => [at.dy];
