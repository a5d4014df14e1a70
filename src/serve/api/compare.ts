/** Several studies side by side, as `rankfront compare` sets them: other devices, other search spaces, other seeds. */
import { comparison } from '../../report/compare/comparison.ts';
import type { DeviceStudy } from '../../report/compare/device-study.ts';
import { type CompareRecord as Compared, compareRecord } from '../../report/compare/record.ts';
import type { FrontPoint } from '../../report/front/front.ts';
import { headline } from '../../report/front/headline.ts';
import { deviceStudyOf } from '../../study/read/device-study.ts';
import { BadQuery, type Query, type Source } from './reader.ts';

export interface ComparedPoint {
  readonly trial: number;
  readonly latencyMs: number;
  readonly speedup: number;
  readonly speedupCi: readonly [number, number];
  /** Of the accuracy, as a share, by all that is known of it; negative for a loss. */
  readonly change: number;
  readonly changeCi: readonly [number, number];
  readonly accuracy: number;
  readonly confirmed: boolean;
  readonly disturbed: boolean;
  /** Whether the accuracy is that of its refined weights. */
  readonly refined: boolean;
}

export interface ComparedStudy {
  readonly study: string;
  readonly model: { readonly path: string; readonly sha256: string };
  readonly objectives: readonly string[];
  /** What it gains within the drop; null before its dense model is measured. */
  readonly told: (Compared['devices'][number] & { readonly sentence: string }) | null;
  /** By the best figures there are, the dense model first; null before it is measured. */
  readonly points: readonly ComparedPoint[] | null;
}

export interface CompareRecord {
  /** All of the store. */
  readonly names: readonly { readonly study: string; readonly model: string }[];
  readonly studies: readonly ComparedStudy[];
  /** Names in the address that the store does not have. */
  readonly unknown: readonly string[];
  /** A share of accuracy. */
  readonly maxDrop: number;
  /** Where ranks differ between those that are measured, and what else does; null for one study and for several networks. */
  readonly differences: Pick<Compared, 'sites' | 'sameSites' | 'notes'> | null;
}

/** More than these no chart keeps apart. */
export const mostCompared = 7;

/** `studies`: a JSON list of names; the first of the store where it is missing. `drop`: what may be lost, in points; 1 where it is missing. */
export async function compare(source: Source, query: Query): Promise<CompareRecord> {
  const listed = await source.store.studies.list();
  const asked = namesIn(query.studies) ?? listed.slice(0, mostCompared).map(({ name }) => name);
  const maxDrop = Number(query.drop ?? 1) / 100;
  if (!(maxDrop >= 0 && maxDrop <= 1)) throw new BadQuery('"drop" is no number of points from 0 to 100.');
  const studies: ComparedStudy[] = [];
  const measured: DeviceStudy[] = [];
  for (const name of asked.slice(0, mostCompared)) {
    const study = await source.store.studies.get(name);
    if (!study) continue;
    const reading = await source.reading(study);
    const found = reading.fronts ? deviceStudyOf(reading, name) : null;
    if (found) measured.push(found);
    studies.push({
      study: name,
      model: study.model,
      objectives: study.objectives,
      told: found && toldOf(found, maxDrop),
      points: found && [found.report.dense, ...found.report.best.filter(({ trial }) => trial !== 0)].map(pointOf),
    });
  }
  return {
    names: listed.map(({ name, modelPath }) => ({ study: name, model: modelPath })),
    studies,
    unknown: asked.filter(name => !listed.some(each => each.name === name)),
    maxDrop,
    differences: differencesOf(measured, maxDrop),
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

function toldOf(study: DeviceStudy, maxDrop: number): ComparedStudy['told'] {
  const [told] = compareRecord(comparison([study], maxDrop)).devices;
  return told ? { ...told, sentence: headline(study.report, maxDrop)[0] ?? '' } : null;
}

function differencesOf(studies: readonly DeviceStudy[], maxDrop: number): CompareRecord['differences'] {
  const networks = new Set(studies.map(({ basis }) => basis.model.sha256));
  if (studies.length < 2 || networks.size > 1) return null;
  const { sites, sameSites, notes } = comparison(studies, maxDrop);
  return { sites, sameSites, notes };
}

function pointOf({ judged, ...point }: FrontPoint): ComparedPoint {
  const { trial, latencyMs, speedup, speedupCi, accuracy, confirmed } = point;
  const change = judged.drop === 0 ? 0 : -judged.drop;
  return {
    ...{ trial, latencyMs, speedup, speedupCi, accuracy, confirmed, change },
    changeCi: [change - judged.halfWidth, change + judged.halfWidth],
    disturbed: point.latencyQuality === 'disturbed',
    refined: point.isRefined,
  };
}
