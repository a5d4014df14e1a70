/** An exported study, looked at before it is believed: whether it is as its seal says, and which study it holds. */
import { resolve } from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { openStore } from '../open.ts';
import { patience, worded } from './failures.ts';
import { sealOf } from './seal.ts';
import { openSqliteSession } from './session.ts';

export interface Proved {
  /** The study that the file holds. */
  readonly name: string;
  /** Over all that it holds: the same that the export said. */
  readonly sha256: string;
}

const shownAtMost = 5;

/** @throws UserError for what is no export, and where anything was changed since, which is named */
export async function provedExport(file: string): Promise<Proved> {
  // First as a store: what is no file, no database, or of a newer version is refused in the words for these.
  const store = await openStore(file, { readOnly: true });
  const names = await store.studies
    .list()
    .then(studies => studies.map(({ name }) => name))
    .finally(() => store.close());
  const session = openSqliteSession(resolve(file), { place: file, readOnly: true, patience });
  const sealed = await sealOf(session.db)
    .catch((error: unknown) => {
      throw worded(error, file, 'read what is');
    })
    .finally(() => session.close());
  const [name] = names;
  if (sealed.kind === 'unsealed' || name === undefined || names.length > 1)
    throw new UserError(
      `Cannot import "${file}": it is a store, and no file that "rankfront export-study" wrote.`,
      `Copy a study of it instead: rankfront studies copy NAME NEW --store "${file}" --to STORE.`,
    );
  if (sealed.kind === 'changed') {
    const { parts } = sealed;
    const more = parts.length > shownAtMost ? `, and ${parts.length - shownAtMost} more` : '';
    throw new UserError(
      `Cannot import "${file}": it was changed after it was exported: ${parts.slice(0, shownAtMost).join(', ')}${more}.`,
      'Ask for the file again; nothing was imported.',
    );
  }
  return { name, sha256: sealed.sha256 };
}
