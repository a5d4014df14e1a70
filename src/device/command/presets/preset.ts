import type { Called, Timings } from '../timings.ts';

/** How the output of one tool is read. Pure: from texts to times. */
export interface Preset {
  /** A file that the tool writes into the folder `{out}`; without one, or where the command never says `{out}`, what it prints is read. */
  readonly file?: {
    /** The ending of its name, at any depth. */
    readonly ending: string;
    readonly parse: (text: string, called: Called) => Timings;
  };
  /** From standard output, and standard error behind it. */
  readonly parse: (text: string, called: Called) => Timings;
  /** The smallest difference that its figures show, in milliseconds. */
  readonly resolutionMs: number;
}
