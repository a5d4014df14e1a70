/** A database whose content is not what was written. */
import { UserError } from '../../errors/user-error.ts';

/** `place` is without a password; `action` completes "Cannot ... in the store". */
export const damagedDatabase = (place: string, action: string, sign: string, cause?: unknown): UserError =>
  new UserError(
    `Cannot ${action} in the store "${place}": the store is damaged (${sign}).`,
    `Keep a copy, and ${savedDatabase(place)}. Or go on from an older backup.`,
    { cause },
  );

export const savedDatabase = (place: string): string => `save what can be read by: pg_dump "${place}" > saved.sql`;
