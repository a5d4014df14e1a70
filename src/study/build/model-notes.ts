/** What people are told of a network before anything is measured (docs/decisions/0017). */
import type { ModelSites } from './plan.ts';

/** What people should know of the layers that are left out: outputs that are not judged, sizes that are not known. */
export const notesOf = (found: Pick<ModelSites, 'outputs' | 'idle' | 'unsized'>): readonly string[] =>
  [outputsNote(found), unsizedNote(found)].filter(note => note !== null);

/** Null where every size is known; the first reason stands for all, since one size is lost for all behind it. */
function unsizedNote({ unsized }: Pick<ModelSites, 'unsized'>): string | null {
  const [first] = unsized;
  if (!first) return null;
  const which =
    unsized.length === 1 ? `The layer "${first.node}" is left out` : `${unsized.length} layers are left out`;
  return `${which}: ${first.reason}.`;
}

/** One sentence that names the outputs that are judged and those that are not; null for a network with one output. */
export function outputsNote({
  outputs: { judged, unjudged },
  idle,
}: Pick<ModelSites, 'outputs' | 'idle'>): string | null {
  const [first, ...further] = judged;
  if (first === undefined || judged.length + unjudged.length < 2) return null;
  const all = judged.length + unjudged.length;
  const right = `an image counts as right where ${quoted(first)} is right and ${quoted(...further)} ${further.length === 1 ? 'says' : 'say'} the same class as in the dense model`;
  if (unjudged.length === 0) return `All ${all} outputs are judged: ${right}.`;
  const which = `Of ${all} outputs only ${quoted(...judged)} ${judged.length === 1 ? 'is' : 'are'} judged${further.length > 0 ? ` (${right})` : ''}`;
  const dense = idle.length === 0 ? '' : `, and those that feed nothing else stay dense (${listed(idle)})`;
  return `${which}; ${quoted(...unjudged)} ${unjudged.length === 1 ? 'is' : 'are'} not: layers that feed both change ${unjudged.length === 1 ? 'it' : 'them'} by what no figure shows${dense}.`;
}

const quoted = (...names: readonly string[]): string =>
  names
    .map(name => JSON.stringify(name))
    .join(', ')
    .replace(/, ([^,]*)$/, ' and $1');

const listed = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
