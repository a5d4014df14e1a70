/** What refining a trial came to, as the store keeps it: one for each trial. */
interface Kept {
  /** How it was refined, in plain JSON: images, passes, losses before and after. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly packageVersion: string;
}

export interface RefinedTrial extends Kept {
  readonly state: 'refined';
  /** Of the candidate with its refined weights. */
  readonly modelSha256: string;
  /** The refined weights, packed, with the correction below them: the candidate is built with it in the place of its correction. */
  readonly content: Uint8Array;
}

/** It was tried, and the trial stays as it was searched. */
export interface UnchangedTrial extends Kept {
  readonly state: 'unchanged';
  /** Why, for people; completes a sentence. */
  readonly detail: string;
}

export type Refinement = RefinedTrial | UnchangedTrial;

export type StoredRefinement = Refinement & {
  /** Milliseconds since 1970. */
  readonly storedAtMs: number;
};
