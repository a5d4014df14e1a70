/** Constants that lie in a file of their own beside the model. (onnx.ai/onnx/repo-docs/ExternalData.html) */
import type { StringStringEntryProto } from './onnx_pb.ts';
import { exportAgain, type ReadOptions, refusal } from './read-context.ts';

const keepTogether = 'Keep the data files that belong to the model in its folder.';

/** The data of constant `name`; `expected` bytes, or as many as the entry says where null. */
export function externalBytes(
  name: string,
  entries: readonly StringStringEntryProto[],
  expected: number | null,
  options: ReadOptions,
): Uint8Array {
  const entry = (key: string): string | undefined => entries.find(other => other.key === key)?.value;
  const location = entry('location') ?? '';
  if (leavesFolder(location)) {
    const problem = `the data of constant "${name}" must lie in the model's folder, and its path is "${location}".`;
    throw refusal(options, problem, 'Save the model with its data file beside it, and a plain file name as location.');
  }
  const file = options.external?.(location) ?? null;
  if (!file) throw refusal(options, `the data file "${location}" of constant "${name}" is not there.`, keepTogether);
  const offset = wholeNumber(entry('offset') ?? '0');
  const length = wholeNumber(entry('length') ?? String(expected ?? file.length - (offset ?? 0)));
  if (offset === null || length === null) {
    throw refusal(options, `constant "${name}" gives no whole number as offset or length of its data.`, exportAgain);
  }
  if (offset + length > file.length) {
    const problem = `the data file "${location}" must hold ${offset + length} bytes for constant "${name}" and holds ${file.length}.`;
    throw refusal(options, problem, 'Copy the data file again; it seems to be cut off.');
  }
  return new Uint8Array(file.buffer, file.byteOffset + offset, length);
}

/** Whether a location is empty, absolute, or climbs out of the folder, in the notation of any system. */
function leavesFolder(location: string): boolean {
  if (location === '' || location.includes('\0') || /^[/\\]/.test(location) || /^[A-Za-z]:/.test(location)) return true;
  return location.split(/[/\\]/).includes('..');
}

function wholeNumber(text: string): number | null {
  const value = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(value) ? value : null;
}
