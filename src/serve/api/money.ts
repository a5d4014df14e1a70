/** What `rankfront roi` reckons from, so that the page can reckon itself: the fronts, without what no calculation looks at. */
import { parseHardwareProfile } from '../../device/profile.ts';
import type { FrontPoint, FrontReport } from '../../report/front/front.ts';
import type { Study } from '../../store/study.ts';
import type { Fronts } from '../../study/read/study-reading.ts';
import { namesIn } from './compare.ts';
import type { Query, Source } from './reader.ts';

export interface MoneyStudy {
  readonly study: string;
  readonly model: { readonly path: string; readonly sha256: string };
  /** With the best figures there are; null before the dense model is measured, or where it does not add up. */
  readonly report: FrontReport | null;
  /** Calls in one run of the network; null where the profile cannot be read. */
  readonly batch: number | null;
}

export interface MoneyRecord {
  /** As commands take it. */
  readonly store: string;
  readonly names: readonly { readonly study: string; readonly model: string }[];
  readonly studies: readonly MoneyStudy[];
  readonly unknown: readonly string[];
}

/** `studies`: a JSON list of names, the one of today first; without it the first of the store. */
export async function money(source: Source, query: Query): Promise<MoneyRecord> {
  const listed = await source.store.studies.list();
  const asked = namesIn(query.studies) ?? listed.slice(0, 1).map(({ name }) => name);
  const studies: MoneyStudy[] = [];
  for (const name of asked) {
    const study = await source.store.studies.get(name);
    if (study) studies.push(await studyOf(source, study));
  }
  return {
    store: source.place,
    names: listed.map(({ name, modelPath }) => ({ study: name, model: modelPath })),
    studies,
    unknown: asked.filter(name => !listed.some(each => each.name === name)),
  };
}

async function studyOf(source: Source, study: Study): Promise<MoneyStudy> {
  const { fronts } = await source.reading(study);
  return { study: study.name, model: study.model, report: fronts && light(fronts), batch: batchOf(study) };
}

function batchOf({ name, hardware }: Study): number | null {
  try {
    return parseHardwareProfile(hardware.text, `the hardware profile of "${name}"`).batchSize;
  } catch {
    return null;
  }
}

/** A pick also looks at what the search alone would have picked. */
function light({ search, best }: Fronts): FrontReport {
  const searched = new Set(search.points.map(({ trial }) => trial));
  return {
    ...best,
    dense: withoutRanks(best.dense),
    points: best.points.map(withoutRanks),
    dominated: best.dominated.filter(({ confirmed, trial }) => confirmed || searched.has(trial)).map(withoutRanks),
    best: best.best.map(withoutRanks),
  };
}

const withoutRanks = (point: FrontPoint): FrontPoint => ({ ...point, configuration: {} });
