/** The study that a command is about. */
import { UserError } from '../errors/user-error.ts';
import { namedStudy } from '../library/find-study.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import { readStudy } from '../study/read/reading.ts';
import type { StudyReading } from '../study/read/study-reading.ts';
import { doubtsText } from '../study/recount/doubts.ts';
import type { Console } from './command.ts';

export interface StudyArguments {
  readonly store: string;
  readonly study: string | undefined;
  /** The trial that the command is about, where it is about one. */
  readonly trial?: number | undefined;
  /** How one of several studies is named, where it is not by --study. */
  readonly naming?: string | undefined;
}

/**
 * Opens the store to read and hands the study of that name, or the only one, to `work`, with what was read of it.
 *
 * @param console told first of stored numbers that do not add up
 */
export async function withStudy<T>(
  args: StudyArguments,
  console: Pick<Console, 'note'>,
  work: (study: Study, store: Store, reading: StudyReading) => Promise<T>,
): Promise<T> {
  return withUnreadStudy(
    args,
    async (study, store) => work(study, store, await toldDoubts(store, study, args, console)),
    console.note,
  );
}

/** The same for work that reads everything itself and tells what does not add up. */
export async function withUnreadStudy<T>(
  args: StudyArguments,
  work: (study: Study, store: Store) => Promise<T>,
  onWaiting?: (message: string) => void,
): Promise<T> {
  const store = await openStore(args.store, { readOnly: true, onWaiting });
  try {
    return await work(await findStudy(store, args), store);
  } finally {
    await store.close();
  }
}

/** The same for work that writes to the store: one that is not there is not made. */
export async function withStudyToWrite<T>(
  args: StudyArguments,
  console: Pick<Console, 'note'>,
  work: (study: Study, store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(args.store, { mustExist: true, onWaiting: console.note });
  try {
    const study = await findStudy(store, args);
    await toldDoubts(store, study, args, console);
    return await work(study, store);
  } finally {
    await store.close();
  }
}

async function toldDoubts(
  store: Store,
  study: Study,
  { trial }: StudyArguments,
  console: Pick<Console, 'note'>,
): Promise<StudyReading> {
  const reading = await readStudy(store, study, trial === undefined ? [] : [trial]);
  const doubts = doubtsText(study.name, reading.disagreements);
  if (doubts) console.note(doubts);
  return reading;
}

/** Throws a UserError when there is none of that name, or several and none is named. */
async function findStudy(store: Store, args: Pick<StudyArguments, 'store' | 'study' | 'naming'>): Promise<Study> {
  const names = (await store.studies.list()).map(({ name }) => name);
  const name = args.study ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) {
    throw names.length === 0
      ? new UserError(
          `"${args.store}" holds no study yet.`,
          'Start one with "rankfront search", or give another store with --store.',
        )
      : new UserError(
          `"${args.store}" holds ${names.length} studies: ${names.join(', ')}.`,
          args.naming ?? 'Say which one with --study.',
        );
  }
  return namedStudy(store, `"${args.store}"`, name);
}
