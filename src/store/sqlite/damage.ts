/** A store whose file is damaged: what SQLite still hands over is not what was written. */
import { UserError } from '../../errors/user-error.ts';

/** For every sign of damage, whoever notices it. `action` completes "Cannot ... in the store". */
export const damaged = (path: string, action: string, sign: string, cause?: unknown): UserError =>
  new UserError(
    `Cannot ${action} in the store "${path}": the store is damaged (${sign}).`,
    `Keep a copy of the file, and ${saved(path)}. Or go on from an older copy.`,
    { cause },
  );

/** Debian's sqlite3 3.40 has no `.recover`: it prints four lines and an error, also for a file that is whole. */
export const saved = (path: string): string =>
  `save what can be read by: sqlite3 "${path}" .recover | sqlite3 saved.sqlite (with the sqlite3 of sqlite.org; builds without .recover have .dump, which saves less)`;
