/** Several studies, of one store or of several: `STUDY`, or `STORE#STUDY` for one that another file keeps. */
import { existsSync } from 'node:fs';
import { UserError } from '../errors/user-error.ts';
import type { Study } from '../store/study.ts';
import type { StudyReading } from '../study/read/study-reading.ts';
import type { Console } from './command.ts';
import { withStudy } from './open-study.ts';

export interface OpenedStudy {
  readonly study: Study;
  readonly store: string;
  readonly reading: StudyReading;
  /** A name among those that are opened: that of the study, or with its store where two are called the same. */
  readonly label: string;
}

export interface StudyPlace {
  readonly store: string;
  /** Undefined for the only study of its store. */
  readonly study: string | undefined;
}

/** How such a name is written, for help texts. */
export const studyNames = 'STUDY, or STORE#STUDY for a study of another file';

const naming = 'Write STORE#STUDY with the one that is meant.';

/** What stands before a `#` is a store where there is such a file, or where nothing follows it; else all of it is a name. */
export function placeOf(text: string, store: string): StudyPlace {
  const at = text.lastIndexOf('#');
  if (at <= 0) return { store, study: text };
  const [before, after] = [text.slice(0, at), text.slice(at + 1)];
  if (after !== '' && !existsSync(before) && !/[\\/]|\.sqlite$|\.db$/.test(before)) return { store, study: text };
  return { store: before, study: after === '' ? undefined : after };
}

/** @throws UserError where a study is not there, or is named twice */
export async function openNamed(
  names: readonly (string | undefined)[],
  store: string,
  console: Pick<Console, 'note'>,
): Promise<OpenedStudy[]> {
  const opened: Omit<OpenedStudy, 'label'>[] = [];
  for (const name of names) {
    const place = name === undefined ? { store, study: undefined } : placeOf(name, store);
    const found = await withStudy(
      { ...place, ...(name === undefined ? {} : { naming }) },
      console,
      async (study, _store, reading) => ({
        study,
        reading,
        store: place.store,
      }),
    );
    if (opened.some(each => each.store === found.store && each.study.name === found.study.name))
      throw new UserError(`Study "${found.study.name}" is named twice.`, 'Name each study once.');
    opened.push(found);
  }
  return opened.map(each => {
    const alone = opened.filter(({ study }) => study.name === each.study.name).length === 1;
    return { ...each, label: alone ? each.study.name : `${each.store}#${each.study.name}` };
  });
}
