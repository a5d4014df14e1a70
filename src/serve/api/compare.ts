/** The fronts of several studies side by side: other devices, other search spaces, other seeds. */
import { halfWidthOf } from '../../report/change.ts';
import type { FrontPoint } from '../../report/front/front.ts';
import type { Study } from '../../store/study.ts';
import type { Query, Source } from './reader.ts';

export interface ComparedPoint {
  readonly trial: number;
  readonly latencyMs: number;
  readonly speedup: number;
  readonly speedupCi: readonly [number, number];
  /** Of the accuracy, as a share; negative for a loss. */
  readonly change: number;
  readonly changeCi: readonly [number, number];
  readonly accuracy: number;
  readonly confirmed: boolean;
  readonly disturbed: boolean;
}

export interface ComparedStudy {
  readonly study: string;
  readonly device: string | null;
  readonly computed: boolean;
  readonly model: { readonly path: string; readonly sha256: string };
  readonly accuracy: 'top1' | 'agreement';
  /** The dense model first; null before it is measured. */
  readonly points: readonly ComparedPoint[] | null;
}

export interface CompareRecord {
  /** All of the store. */
  readonly names: readonly { readonly study: string; readonly model: string }[];
  readonly studies: readonly ComparedStudy[];
  /** Names in the address that the store does not have. */
  readonly unknown: readonly string[];
}

/** More than these no chart keeps apart. */
export const mostCompared = 7;

/** `studies`: a JSON list of names; the first of the store where it is missing. */
export async function compare(source: Source, query: Query): Promise<CompareRecord> {
  const listed = await source.store.studies.list();
  const asked = namesIn(query.studies) ?? listed.slice(0, mostCompared).map(({ name }) => name);
  const studies: ComparedStudy[] = [];
  for (const name of asked.slice(0, mostCompared)) {
    const study = await source.store.studies.get(name);
    if (study) studies.push(await compared(source, study));
  }
  return {
    names: listed.map(({ name, modelPath }) => ({ study: name, model: modelPath })),
    studies,
    unknown: asked.filter(name => !listed.some(each => each.name === name)),
  };
}

/** Names may hold commas, so they are a JSON list. Null for what is none. */
export function namesIn(text: string | undefined): readonly string[] | null {
  try {
    const read: unknown = JSON.parse(text ?? '');
    return Array.isArray(read) && read.every(each => typeof each === 'string') ? [...new Set(read)] : null;
  } catch {
    return null;
  }
}

async function compared(source: Source, study: Study): Promise<ComparedStudy> {
  const { fronts } = await source.reading(study);
  const report = fronts?.best;
  return {
    study: study.name,
    device: report?.device?.name ?? null,
    computed: report?.device?.computed ?? false,
    model: study.model,
    accuracy: study.objectives.includes('agreement') ? 'agreement' : 'top1',
    points: report ? [report.dense, ...report.points.filter(({ trial }) => trial !== 0)].map(pointOf) : null,
  };
}

function pointOf(point: FrontPoint): ComparedPoint {
  const change = point.drop === 0 ? 0 : -point.drop;
  const half = point.trial === 0 ? 0 : halfWidthOf(point.dropStandardError, point.images);
  const { trial, latencyMs, speedup, speedupCi, accuracy, confirmed } = point;
  return {
    ...{ trial, latencyMs, speedup, speedupCi, accuracy, confirmed, change },
    changeCi: [change - half, change + half],
    disturbed: point.latencyQuality === 'disturbed',
  };
}
