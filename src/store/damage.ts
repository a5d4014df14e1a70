/** What to say of a store that is damaged, whoever notices it. */
import type { UserError } from '../errors/user-error.ts';
import { fileOfStore, shownPlace } from './place.ts';
import { damagedDatabase, savedDatabase } from './postgres/damage.ts';
import { damaged as damagedFile, saved as savedFile } from './sqlite/damage.ts';

/** For every sign of damage. `action` completes "Cannot ... in the store". */
export const damaged = (place: string, action: string, sign: string, cause?: unknown): UserError =>
  fileOfStore(place) === undefined
    ? damagedDatabase(shownPlace(place), action, sign, cause)
    : damagedFile(place, action, sign, cause);

/** How to save what can be read, to go on with "Keep a copy, and". */
export const saved = (place: string): string =>
  fileOfStore(place) === undefined ? savedDatabase(shownPlace(place)) : savedFile(place);
