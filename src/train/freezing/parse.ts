/** What `--freeze` takes: one policy or several joined by `+`. */
import { UserError } from '../../errors/user-error.ts';
import { nearest } from '../../units/nearest.ts';
import { firstFactor } from './policies/first-factor.ts';
import { list } from './policies/list.ts';
import { none } from './policies/none.ts';
import { progressive } from './policies/progressive.ts';
import { sequential } from './policies/sequential.ts';
import { composed, type FreezingPolicy } from './policy.ts';

const policyNames = ['none', 'first-factor', 'sequential', 'progressive', 'list'] as const;
export type PolicyName = (typeof policyNames)[number];

/** The first layer is frozen after this share of a training. */
export const defaultProgressiveStart = 0.25;

/** @throws UserError for what is no policy, or has a value out of its range */
export function parsePolicy(text: string): FreezingPolicy {
  const policies = text.split('+').map(part => onePolicy(part.trim(), text));
  return policies.length === 1 && policies[0] ? policies[0] : composed(policies);
}

function onePolicy(part: string, whole: string): FreezingPolicy {
  const cut = part.indexOf(':');
  const name = cut < 0 ? part : part.slice(0, cut);
  const value = cut < 0 ? null : part.slice(cut + 1);
  switch (name as PolicyName) {
    case 'none':
      return plain(none, name, value);
    case 'first-factor':
      return plain(firstFactor, name, value);
    case 'sequential':
      return plain(sequential, name, value);
    case 'progressive':
      return progressive(startOf(value));
    case 'list':
      return list(patternsOf(value));
    default:
      throw unknownPolicy(name, whole);
  }
}

function plain(policy: FreezingPolicy, name: string, value: string | null): FreezingPolicy {
  if (value === null) return policy;
  throw new UserError(`Cannot freeze by "${name}:${value}": ${name} takes no value.`, `Write --freeze ${name}.`);
}

function startOf(value: string | null): number {
  if (value === null) return defaultProgressiveStart;
  const start = Number(value);
  if (value.trim() !== '' && start >= 0 && start < 1) return start;
  throw new UserError(
    `Cannot freeze by "progressive:${value}": expected the share of the training after which the first layer is frozen, from 0 to below 1, found "${value}".`,
    `Write, for example, --freeze progressive:${defaultProgressiveStart}.`,
  );
}

function patternsOf(value: string | null): readonly string[] {
  const patterns = (value ?? '')
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '');
  if (patterns.length > 0) return patterns;
  throw new UserError(
    'Cannot freeze by "list": expected names of weights or nodes, found none.',
    'Write, for example, --freeze "list:layer1*,conv1.weight".',
  );
}

function unknownPolicy(name: string, whole: string): UserError {
  const guess = nearest(name, policyNames);
  return new UserError(
    `Cannot freeze by "${whole}": there is no policy "${name}".`,
    guess === null ? `Choose ${policyNames.join(', ')}, or several joined by "+".` : `Did you mean "${guess}"?`,
  );
}
