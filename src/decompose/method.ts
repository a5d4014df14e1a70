/** How one site is written in a candidate. */
export type Method = 'dense' | 'svd' | 'tucker2' | 'spatial';

/** The methods that replace a site by factors. */
export type FactorMethod = Exclude<Method, 'dense'>;

/** One number, or [input rank, output rank] for `tucker2`. */
export type Rank = number | readonly [number, number];

/** One step of a rank ladder; `dense` has no rank. In a grouped convolution a rank is counted per group. */
export type Rung =
  | { readonly method: 'dense' }
  | { readonly method: 'svd' | 'spatial'; readonly rank: number }
  | { readonly method: 'tucker2'; readonly rank: readonly [number, number] };

/** The rung chosen at each site, by site name; a site that is not named stays dense. */
export type Assignment = Readonly<Record<string, Rung>>;
