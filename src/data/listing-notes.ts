/** What people should know of a listing: what was left out, and what has several names. */
import type { Listing, Twin } from './listing.ts';

/** A few names for a sentence. */
export const some = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')}, ...` : names.join(', ');

/** `1 image is`, `2 images are`. */
export const imagesAre = (count: number): string => (count === 1 ? '1 image is' : `${count} images are`);

export const pairs = (twins: readonly Twin[]): string => some(twins.map(({ name, of }) => `${name} is ${of}`));

export const twinNote = (twins: readonly Twin[]): string[] =>
  twins.length === 0 ? [] : [`Links give files further names, and every file counts once: ${pairs(twins)}.`];

/** Without the twins, whose meaning depends on where labels come from. */
export function listingNotes({ loops, broken, strange, foreign }: Listing): string[] {
  const counts = [...foreign].sort(([a], [b]) => (a < b ? -1 : 1)).map(([extension, count]) => `${count} ${extension}`);
  return [
    ...(loops.length > 0 ? [`Links that lead back to a folder above them are not followed: ${some(loops)}.`] : []),
    ...(broken.length > 0 ? [`Links that lead nowhere are left out: ${some(broken)}.`] : []),
    ...(strange.length > 0
      ? [`${imagesAre(strange.length)} left out, being no ordinary files: ${some(strange)}.`]
      : []),
    ...(counts.length > 0
      ? [`Images in formats that are not read are left out (${counts.join(', ')}). Convert them to PNG.`]
      : []),
  ];
}
