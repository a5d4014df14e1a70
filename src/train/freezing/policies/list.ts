/** Freezes the weights, or the layers with all their weights, whose names match a pattern. */
import { UserError } from '../../../errors/user-error.ts';
import { globTest } from '../../../space/glob.ts';
import { nearest } from '../../../units/nearest.ts';
import type { FreezeLayer } from '../layers.ts';
import { type FreezingPolicy, without } from '../policy.ts';

/**
 * @param patterns globs over names of weights and of nodes; the policy throws a UserError for one that matches nothing, which is
 *   more likely a slip than meant
 */
export function list(patterns: readonly string[]): FreezingPolicy {
  const tests = patterns.map(pattern => ({ pattern, matches: globTest(pattern) }));
  return (_, layers) => {
    const names = layers.flatMap(({ name, weights }) => [name, ...weights]);
    const idle = tests.find(({ matches }) => !names.some(matches));
    if (idle) throw nothingMatches(idle.pattern, names);
    const named = (name: string): boolean => tests.some(({ matches }) => matches(name));
    return without(layers, (weight: string, layer: FreezeLayer) => named(weight) || named(layer.name));
  };
}

function nothingMatches(pattern: string, names: readonly string[]): UserError {
  const guess = nearest(pattern, names);
  return new UserError(
    `Cannot freeze "${pattern}": the network has no weight or node of that name.`,
    guess === null ? `Its weights are ${names.slice(0, 6).join(', ')}, ...` : `Did you mean "${guess}"?`,
  );
}
