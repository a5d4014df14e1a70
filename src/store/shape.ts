/** Whether facts and samples are those of their kind. */
import { shapes } from './observation.ts';
import type { Facts } from './observation-parts.ts';
import type { Encoding } from './packing.ts';

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const fits = {
  number: (value: unknown): boolean => typeof value === 'number',
  text: (value: unknown): boolean => typeof value === 'string',
  record: isRecord,
} as const;

/**
 * What is missing or is something else, in words; null where all is as it should be, and for a kind that is not known.
 *
 * @param samples how each list is packed; not looked at when missing
 */
export function shapeFault(kind: string, facts: Facts, samples?: ReadonlyMap<string, Encoding>): string | null {
  const shape = shapes.get(kind);
  if (!shape) return null;
  for (const [name, fact] of Object.entries(shape.facts))
    if (!fits[fact](facts[name])) return `expected ${name} to be a ${fact}, found ${shown(facts[name])}`;
  for (const [name, fact] of Object.entries(shape.optionalFacts))
    if ((facts[name] ?? null) !== null && !fits[fact](facts[name]))
      return `expected ${name} to be a ${fact} or nothing, found ${shown(facts[name])}`;
  if (!samples) return null;
  for (const [name, encoding] of Object.entries(shape.samples))
    if (!oneOf(encoding, samples.get(name))) return `expected samples of ${name}, found ${shown(samples.get(name))}`;
  for (const [name, encoding] of Object.entries(shape.optionalSamples))
    if ((samples.get(name) ?? encoding) !== encoding)
      return `expected samples of ${name}, found ${shown(samples.get(name))}`;
  return null;
}

const oneOf = (allowed: Encoding | readonly Encoding[], found: Encoding | undefined): boolean =>
  found !== undefined && (typeof allowed === 'string' ? allowed === found : allowed.includes(found));

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60));
