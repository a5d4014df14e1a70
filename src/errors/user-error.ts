import { oneLine } from './printable.ts';

/**
 * What a user did, gave or has that keeps a command from going on: one sentence that says the action, the requirement
 * and the present value, and a second with the way out. Printed without a stack trace; exit status 2.
 *
 * @example throw new UserError('Cannot read "x.onnx": expected an ONNX ModelProto, found a PNG file.',
 *   'Export the model with torch.onnx.export.');
 */
export class UserError extends Error {
  /** The first of the two sentences. */
  readonly problem: string;
  readonly wayOut: string;

  constructor(problem: string, wayOut: string, options?: ErrorOptions) {
    super(oneLine(`${problem} ${wayOut}`.trim()), options);
    this.name = 'UserError';
    this.problem = oneLine(problem);
    this.wayOut = oneLine(wayOut);
  }
}
