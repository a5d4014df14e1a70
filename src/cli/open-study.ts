/** The study that a command is about. */
import { UserError } from '../errors/user-error.ts';
import { namedStudy } from '../library/find-study.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import { doubtsText } from '../study/recount/doubts.ts';
import { recountStudy } from '../study/recount/recount-study.ts';
import type { Console } from './command.ts';

/**
 * Opens the store to read and hands the study of that name, or the only one, to `work`.
 *
 * @param console told first of stored numbers that do not add up; null where they are told otherwise
 */
export async function withStudy<T>(
  args: { readonly store: string; readonly study: string | undefined },
  console: Pick<Console, 'note'> | null,
  work: (study: Study, store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(args.store, { readOnly: true });
  try {
    const study = await findStudy(store, args);
    if (console) await tellDoubts(store, study, console);
    return await work(study, store);
  } finally {
    await store.close();
  }
}

/** The same for work that writes to the store: one that is not there is not made. */
export async function withStudyToWrite<T>(
  args: { readonly store: string; readonly study: string | undefined },
  console: Pick<Console, 'note'>,
  work: (study: Study, store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(args.store, { mustExist: true });
  try {
    const study = await findStudy(store, args);
    await tellDoubts(store, study, console);
    return await work(study, store);
  } finally {
    await store.close();
  }
}

async function tellDoubts(store: Store, study: Study, console: Pick<Console, 'note'>): Promise<void> {
  const { disagreements } = await recountStudy(store, study, { bounds: false });
  const doubts = doubtsText(study.name, disagreements);
  if (doubts) console.note(doubts);
}

/** Throws a UserError when there is none of that name, or several and none is named. */
async function findStudy(
  store: Store,
  args: { readonly store: string; readonly study: string | undefined },
): Promise<Study> {
  const names = (await store.studies.list()).map(({ name }) => name);
  const name = args.study ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) {
    throw names.length === 0
      ? new UserError(
          `"${args.store}" holds no study yet.`,
          'Start one with "rankfront search", or give another file with --store.',
        )
      : new UserError(
          `"${args.store}" holds ${names.length} studies: ${names.join(', ')}.`,
          'Say which one with --study.',
        );
  }
  return namedStudy(store, `"${args.store}"`, name);
}
