/** The front of a study by the figures of the search and by the best there are; null before the dense model is measured. */
import type { FrontReport } from '../../report/front/front.ts';
import { type Query, type Source, studyIn } from './reader.ts';

export interface FrontAnswer {
  readonly study: string;
  readonly fronts: { readonly search: FrontReport; readonly best: FrontReport } | null;
}

export async function front(source: Source, query: Query): Promise<FrontAnswer> {
  const study = await studyIn(source, query);
  const { fronts } = await source.reading(study);
  return { study: study.name, fronts };
}
