/** What a command is: its words, its options, and a function from arguments to an exit status. */
import type { InferredOptionTypes, Options } from 'yargs';
import type { SettingKey } from './settings/schema.ts';

/** Where a command writes, and what it knows of the place it runs in; a test gives its own. */
export interface Console {
  /** The arguments as they were given, the command's name first. */
  readonly commandLine: readonly string[];
  /** The answer: standard output, one call per line or block. */
  readonly out: (text: string) => void;
  /** Everything else: standard error. */
  readonly note: (text: string) => void;
  /** Overwrites the lines at the bottom of a terminal; null where standard error is no terminal. */
  readonly progress: ((line: string, below?: readonly string[]) => void) | null;
  /** The size of the terminal that shows the progress. */
  readonly size?: (() => { readonly columns: number; readonly rows: number }) | undefined;
  readonly colour: boolean;
  /** How wide the terminal is that answers go to; null where they go into a file or pipe. */
  readonly columns: number | null;
  /** Standard input, line by line; it ends with the input or at the first Ctrl-C. */
  readonly lines: () => AsyncIterable<string>;
  /** Aborted at the first Ctrl-C (finish what runs) and at the second (stop at once). */
  readonly finish: AbortSignal;
  readonly stop: AbortSignal;
}

/** 0 done, 1 the answer is no, 2 wrong use, 3 not to be started again by itself, 130 interrupted. */
export type ExitStatus = 0 | 1 | 2 | 3 | 130;

/** What the help says of a command without loading it; in the table of `commands.ts`. */
export interface CommandWords {
  /** As yargs takes it: `show <trial>`. */
  readonly usage: string;
  readonly summary: string;
}

/** All else: the options of a command, and a function from arguments to an exit status. */
export interface CommandBody {
  /** Keys of the settings file that it takes beside `store` and `study`, if it has options for them. */
  readonly settings?: readonly SettingKey[] | 'all';
  readonly options: Readonly<Record<string, Options>>;
  readonly positionals: Readonly<Record<string, Options>>;
  readonly examples: readonly (readonly [command: string, what: string])[];
  readonly run: (args: never, console: Console) => Promise<ExitStatus>;
}

export type Command = CommandWords & CommandBody;

interface Definition<O extends Record<string, Options>, P extends Record<string, Options>> {
  readonly settings?: readonly SettingKey[] | 'all';
  readonly options: O;
  readonly positionals?: P;
  readonly examples: readonly (readonly [command: string, what: string])[];
  readonly run: (args: InferredOptionTypes<O> & InferredOptionTypes<P>, console: Console) => Promise<ExitStatus>;
}

/** Ties the type of the arguments to the options that are declared. */
export function defineCommand<
  const O extends Record<string, Options>,
  const P extends Record<string, Options> = Record<never, never>,
>(definition: Definition<O, P>): CommandBody {
  return { ...definition, positionals: definition.positionals ?? {}, run: definition.run as CommandBody['run'] };
}
