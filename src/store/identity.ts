/** Whether two studies of one name search the same. */
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { UserError } from '../errors/user-error.ts';
import type { NewStudy, SourceText } from './study.ts';

/** One line per difference that makes the trials of the two studies incomparable; none when one may go on with the other's. */
export function differences(stored: NewStudy, given: NewStudy): readonly string[] {
  const found: string[] = [];
  const compare = (what: string, before: string | number, now: string | number): void => {
    if (before !== now) found.push(`${what} (${before} in the store, ${now} now)`);
  };
  // A model may be moved: only its content counts.
  if (stored.model.sha256 !== given.model.sha256) compare('the model', named(stored.model), named(given.model));
  found.push(...textDifference('the search space', stored.space, given.space));
  found.push(...textDifference('the hardware profile', stored.hardware, given.hardware));
  if (stored.data.sha256 !== given.data.sha256) {
    compare(
      'the data',
      named({ ...stored.data, path: stored.data.spec }),
      named({ ...given.data, path: given.data.spec }),
    );
  }
  compare('the normalisation', stored.data.normalisation, given.data.normalisation);
  compare('the input transform', stored.data.transform, given.data.transform);
  compare('the number of proxy images', stored.proxy.images, given.proxy.images);
  compare('the seed of the proxy images', stored.proxy.seed, given.proxy.seed);
  compare('the calibration', calibrationText(stored), calibrationText(given));
  compare('the objectives', stored.objectives.join(' and '), given.objectives.join(' and '));
  compare('the seed', stored.seed, given.seed);
  return found;
}

/** Throws a UserError that says what differs. */
export function demandSame(stored: NewStudy, given: NewStudy): void {
  const found = differences(stored, given);
  if (found.length === 0) return;
  throw new UserError(
    `Cannot go on with the study "${given.name}": it was made with something else: ${found.join('; ')}.`,
    'Give another --study name, or what the study was made with.',
  );
}

const calibrationText = ({ calibration }: NewStudy): string =>
  calibration
    ? `${calibration.images} images of sha256 ${calibration.sha256.slice(0, 12)}, seed ${calibration.seed}, ${calibration.factors} factors, corrections: ${calibration.corrections}`
    : 'none';

const short = (sha256: string): string => `sha256 ${sha256.slice(0, 12)}`;

const named = (file: { readonly path: string; readonly sha256: string }): string =>
  `"${file.path}" with ${short(file.sha256)}`;

/** Whether two YAML texts say the same: comments, blank lines, quotes and the order of keys mean nothing. */
function sameMeaning(one: string, other: string): boolean {
  try {
    return isDeepStrictEqual(parse(one), parse(other));
  } catch {
    return false;
  }
}

function textDifference(what: string, stored: SourceText, given: SourceText): readonly string[] {
  if (stored.sha256 === given.sha256 || sameMeaning(stored.text, given.text)) return [];
  const before = stored.text.split('\n');
  const now = given.text.split('\n');
  const line = before.findIndex((text, i) => text !== now[i]);
  const at = line < 0 ? before.length : line;
  if (before[at] === undefined && now[at] === undefined) {
    return [`${what} (${short(stored.sha256)} in the store, ${short(given.sha256)} now)`];
  }
  const quote = (text: string | undefined): string => (text === undefined ? 'nothing' : `"${text.trim()}"`);
  return [`${what} (line ${at + 1}: ${quote(before[at])} in the store, ${quote(now[at])} now)`];
}
