/** How one site is written in a candidate. */
export type Method = 'dense' | 'svd' | 'tucker2' | 'spatial' | 'input';

/** The methods that replace a site by factors. */
export type FactorMethod = Exclude<Method, 'dense'>;

/** Those that write a site as two layers, with one rank. */
export type TwoFactorMethod = Exclude<FactorMethod, 'tucker2'>;

/** Every method that replaces a site, in the order in which they are listed. */
export const factorMethods = ['svd', 'tucker2', 'spatial', 'input'] as const satisfies readonly FactorMethod[];

/** One number, or [input rank, output rank] for `tucker2`. */
export type Rank = number | readonly [number, number];

/** One step of a rank ladder; `dense` has no rank. In a grouped convolution a rank is counted per group. */
export type Rung =
  | { readonly method: 'dense' }
  | { readonly method: TwoFactorMethod; readonly rank: number }
  | { readonly method: 'tucker2'; readonly rank: readonly [number, number] };

/** The rung chosen at each site, by site name; a site that is not named stays dense. */
export type Assignment = Readonly<Record<string, Rung>>;
