/** Which names a new study may have: those that can be seen, typed again and shown in one line. */
import { isPrintable } from '../../errors/printable.ts';
import { UserError } from '../../errors/user-error.ts';

const longest = 120;

/** Studies that are stored keep the names they have. */
export function demandStudyName(name: string): void {
  const problem = problemOf(name);
  if (problem)
    throw new UserError(
      `Cannot call a study ${name.length > longest ? 'so' : `"${name}"`}: ${problem}.`,
      'Give another name with --study, such as resnet18.',
    );
}

function problemOf(name: string): string | null {
  if (name.trim() === '') return 'the name is blank';
  if (name !== name.trim()) return 'the name begins or ends with a blank';
  if (name.length > longest) return `expected at most ${longest} characters, found ${name.length}`;
  if (!isPrintable(name)) return 'the name holds characters that cannot be seen';
  return null;
}
