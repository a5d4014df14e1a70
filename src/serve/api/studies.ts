/** The studies of the store, as the page lists them. */
import type { StudyRow } from '../../report/study-list.ts';
import { studyRows } from '../../study/read/study-rows.ts';
import type { Source } from './reader.ts';

export interface StudiesRecord {
  readonly studies: readonly StudyRow[];
}

export const studies = async ({ store }: Source): Promise<StudiesRecord> => ({ studies: await studyRows(store) });
