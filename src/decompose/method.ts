/** How the sites of a candidate are written. */
import type { Rank } from './methods/factor-method.ts';
import { type MethodName, methods, type RankOf } from './methods/methods.ts';

export type { Rank } from './methods/factor-method.ts';
export type { MethodName } from './methods/methods.ts';

/** How one site is written in a candidate. */
export type Method = 'dense' | MethodName;

/** Every method that replaces a site, in the order in which they are listed. */
export const methodNames: readonly MethodName[] = methods.map(({ name }) => name);

/** A rung at which a site is replaced. In a grouped convolution a rank is counted per group. */
export type FactorRung = {
  [Name in MethodName]: { readonly method: Name; readonly rank: RankOf<Name> };
}[MethodName];

/** One step of a rank ladder; `dense` has no rank. */
export type Rung = { readonly method: 'dense' } | FactorRung;

/** @param rank of the kind that the method has */
export const rungOf = (method: MethodName, rank: Rank): FactorRung => ({ method, rank }) as FactorRung;

/** The rung chosen at each site, by site name; a site that is not named stays dense. */
export type Assignment = Readonly<Record<string, Rung>>;
