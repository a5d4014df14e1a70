/** What reading one file needs to know throughout, and how it refuses. */
import { UserError } from '../errors/user-error.ts';

export interface ReadOptions {
  /** How the file is called in errors. */
  readonly name: string;
  /** The bytes of another file of the model's folder, or null where there is none. */
  readonly external?: (location: string) => Uint8Array | null;
}

/** `problem` continues `Cannot read "x.onnx": `. */
export const refusal = ({ name }: ReadOptions, problem: string, wayOut: string, options?: ErrorOptions): UserError =>
  new UserError(`Cannot read "${name}": ${problem}`, wayOut, options);

export const exportAgain = 'Export the model again, or copy the file again.';
