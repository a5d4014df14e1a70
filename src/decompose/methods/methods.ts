/** The table of methods: the one place that knows them all. */
import type { FactorMethod, Rank } from './factor-method.ts';
import { input } from './input.ts';
import { spatial } from './spatial.ts';
import { svd } from './svd.ts';
import { tucker2 } from './tucker2.ts';

/** In the order in which they are listed, and in which the methods of a site are. */
export const methods = [svd, tucker2, spatial, input] as const;

type Method = (typeof methods)[number];

export type MethodName = Method['name'];

/** The factors of any of them. */
export type FullFactors = ReturnType<Method['factors']>;

/** The rank of the method of this name. */
export type RankOf<Name extends MethodName> = Extract<Method, { readonly name: Name }>['lowest'];

const byName = new Map<string, FactorMethod<MethodName, Rank, FullFactors>>(methods.map(each => [each.name, each]));

export function methodOf(name: MethodName): FactorMethod<MethodName, Rank, FullFactors> {
  const method = byName.get(name);
  if (!method) throw new Error(`there is no method "${name}"`);
  return method;
}
