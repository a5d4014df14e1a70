/** Copies studies from one store to another, of whatever kind each is. */
import { resolve } from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { currentOwner } from '../../host/process-identity.ts';
import { isLost } from '../lease.ts';
import { openStoreSession } from '../open.ts';
import { fileOfStore, shownPlace } from '../place.ts';
import type { StoreSession } from '../sql/session.ts';
import { ownerOf } from '../sql/trial-rows.ts';
import { headOf } from './content.ts';
import { insertEnvironmentsFirst, insertStudy } from './copy-study.ts';
import { studyDigest } from './digest.ts';

export interface CopiedStudy {
  readonly study: string;
  readonly trials: number;
  /** Of all that belongs to the study; the same in both stores. */
  readonly sha256: string;
  /** `skipped`: the other store had the same already. */
  readonly state: 'copied' | 'skipped';
}

interface Found {
  readonly id: number;
  readonly name: string;
}

/**
 * Copies the studies of the store `from`, or only `name`, to the store `to`, which is made where it is not there. Each is written wholly or
 * not at all, and read again before it counts.
 *
 * @throws UserError before anything is copied: for a study that is searched at the moment, and for one whose name another study has there
 */
export async function copyStore(
  from: string,
  to: string,
  options: { readonly name?: string | undefined; readonly onCopied?: (copied: CopiedStudy) => void } = {},
): Promise<readonly CopiedStudy[]> {
  demandTwo(from, to);
  const source = await openStoreSession(from, { readOnly: true });
  try {
    const chosen = await studiesOf(source, options.name);
    for (const study of chosen) await demandAtRest(source, study);
    const target = await openStoreSession(to);
    try {
      const same = new Map<string, CopiedStudy>();
      for (const study of chosen) {
        const found = await sameStudy(source, target, study);
        if (found) same.set(study.name, found);
      }
      const done: CopiedStudy[] = [];
      for (const study of chosen) {
        const copied = same.get(study.name) ?? (await copyStudy(source, target, study));
        options.onCopied?.(copied);
        done.push(copied);
      }
      return done;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copyStudy(source: StoreSession, target: StoreSession, { id, name }: Found): Promise<CopiedStudy> {
  const action = `copy the study "${name}"`;
  await insertEnvironmentsFirst(source, target, id, action);
  return target.write(action, async write =>
    source.read(action, async read => {
      const { studyId, trials, sha256, revision } = await insertStudy(read, write, { id, name }, action);
      const written = await studyDigest(write, studyId);
      // A database shows one instant; a file shows what is written meanwhile.
      if ((await headOf(read, id)).counters.revision !== revision) throw isWritten(source, name);
      if (sha256 !== written)
        throw new UserError(
          `Cannot ${action} to the store "${target.place}": what was written differs from what was read ` +
            `(SHA-256 ${written.slice(0, 12)}, not ${sha256.slice(0, 12)}).`,
          'Nothing was kept. Try again; if it stays so, please report it.',
        );
      return { study: name, trials, sha256, state: 'copied' as const };
    }),
  );
}

/** Null when the other store has no study of that name. Throws a UserError when it has another one. */
async function sameStudy(source: StoreSession, target: StoreSession, { id, name }: Found): Promise<CopiedStudy | null> {
  const [there] = await target.read('look for studies', db =>
    db.selectFrom('studies').select('id').where('name', '=', name).execute(),
  );
  if (!there) return null;
  const trials = await source.read('count the trials', db =>
    db
      .selectFrom('trials')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('study_id', '=', id)
      .executeTakeFirstOrThrow(),
  );
  const sha256 = await source.read('read the study', db => studyDigest(db, id));
  if ((await target.read('read the study', db => studyDigest(db, there.id))) === sha256)
    return { study: name, trials: Number(trials.count), sha256, state: 'skipped' };
  throw new UserError(
    `Cannot copy the study "${name}" to the store "${target.place}": it holds another study of that name.`,
    'Nothing was copied. Give another store, or copy only other studies with --study.',
  );
}

async function studiesOf(source: StoreSession, name: string | undefined): Promise<readonly Found[]> {
  const all = await source.read('list the studies', db =>
    db.selectFrom('studies').select(['id', 'name']).orderBy('id').execute(),
  );
  const chosen = all.filter(study => name === undefined || study.name === name);
  if (chosen.length > 0) return chosen;
  const names = all.map(study => `"${study.name}"`).join(', ');
  if (name === undefined)
    throw new UserError(`Cannot copy the store "${source.place}": it holds no study.`, 'Give another store.');
  throw new UserError(
    `Cannot copy the study "${name}": the store has ${names ? `only ${names}` : 'no study'}.`,
    'Give the name of one with --study.',
  );
}

async function demandAtRest(source: StoreSession, { id, name }: Found): Promise<void> {
  const running = await source.read('list the trials', db =>
    db.selectFrom('trials').selectAll().where('study_id', '=', id).where('state', '=', 'running').execute(),
  );
  const here = currentOwner();
  const held = running.some(
    row => !isLost({ owner: ownerOf(row), leaseUntilMs: row.lease_until_ms }, here, source.now()),
  );
  if (held) throw isWritten(source, name);
}

const isWritten = (source: StoreSession, name: string): UserError =>
  new UserError(
    `Cannot copy the study "${name}" from the store "${source.place}": it is searched at the moment.`,
    'Let the search end, or end it with Ctrl-C, and copy the study then.',
  );

function demandTwo(from: string, to: string): void {
  const [one, other] = [from, to].map(place => {
    const file = fileOfStore(place);
    return file === undefined ? shownPlace(place) : resolve(file);
  });
  if (one !== other) return;
  throw new UserError(`Cannot copy the store "${shownPlace(from)}" to itself.`, 'Give the place of another store.');
}
