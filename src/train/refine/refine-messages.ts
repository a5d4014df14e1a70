/** What the child process of a refinement is asked. */
import type { RefineSetup } from './refiner.ts';

export type RefineCommand =
  | { readonly do: 'open'; readonly setup: RefineSetup }
  | { readonly do: 'epoch'; readonly learningRates: readonly number[] }
  | { readonly do: 'score' }
  | { readonly do: 'keep' }
  | { readonly do: 'restore' }
  | { readonly do: 'kept' };
