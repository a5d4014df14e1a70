/** The layers of a network, in its order: what each costs, what its ladder saves, and where the members of the front stand on it. */
import { rungLabel } from '../../decompose/ranks.ts';
import type { FrontPoint } from '../../report/front/front.ts';
import { z95 } from '../../stats/normal.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import { siteTableSchema } from '../../study/propose/setup.ts';
import type { SiteTable } from '../../tuner/prior.ts';
import type { Ladders } from '../ladders.ts';
import { laddersApart } from '../work.ts';
import { figuresOf } from './figures.ts';
import { type Query, type Source, studyIn } from './reader.ts';
import { thinned } from './thinned.ts';
import { type TrialRows, trialRows } from './trial-rows.ts';

export interface LayerRow {
  readonly site: string;
  /** Of the ladder, dense last. MACs are null where the model cannot be read, and names empty where a rung was never tried either. */
  readonly rungs: readonly { readonly label: string; readonly macs: number | null }[];
  /** At the cheapest rung, all others dense: the change of the latency as a share of the dense one, by the sweep; with half its 95 % interval. */
  readonly alone: { readonly change: number; readonly halfWidth: number } | null;
}

export interface LayerMember {
  readonly trial: number;
  readonly latencyMs: number;
  readonly speedup: number;
  /** Of the accuracy, in shares: negative for a loss. */
  readonly change: number;
  readonly halfWidth: number;
  readonly confirmed: boolean;
  /** By site: the place in its ladder; null where it has no such rung. */
  readonly rungs: readonly (number | null)[];
}

export interface LayerTrial {
  readonly trial: number;
  /** As shares of the dense model's. */
  readonly macs: number;
  readonly latency: number;
  readonly standardError: number;
  /** Dense plus what the sweep says of each rung; null without a sweep. */
  readonly predicted: number | null;
  readonly onFront: boolean;
}

export interface LayersRecord {
  readonly study: string;
  readonly modelRead: boolean;
  readonly swept: boolean;
  readonly dense: { readonly macs: number; readonly latencyMs: number | null };
  readonly layers: readonly LayerRow[];
  /** By latency, the fastest first; the dense model is left out. */
  readonly members: readonly LayerMember[];
  readonly trials: readonly LayerTrial[];
  readonly complete: number;
}

const mostTrials = 1500;

export async function layers(source: Source, query: Query): Promise<LayersRecord> {
  const study = await studyIn(source, query);
  const { store } = source;
  const [rows, figures, table, ladders, { fronts }] = await Promise.all([
    trialRows(store, study),
    figuresOf(store, study),
    sweepOf(store, study),
    laddersKept(source, study),
    source.reading(study),
  ]);
  const layerRows = layersOf(rows, table, ladders);
  const at = figures.objectives.findIndex(({ kind }) => kind === 'latency');
  const members = (fronts?.best.points ?? []).filter(({ trial }) => trial !== 0);
  const onFront = new Set(members.map(({ trial }) => trial));
  const shown = thinned(figures.all, mostTrials, ({ number }) => onFront.has(number));
  return {
    study: study.name,
    modelRead: ladders !== null,
    swept: table !== null,
    dense: { macs: study.dense.macs, latencyMs: fronts?.best.dense.latencyMs ?? null },
    layers: layerRows,
    members: members.map(point => memberOf(point, layerRows)),
    trials: shown.map(({ number, macs, values, standardErrors }) => ({
      trial: number,
      macs: macs / study.dense.macs,
      latency: values[at] ?? Number.NaN,
      standardError: standardErrors[at] ?? Number.NaN,
      predicted: predictedOf(table, rows.rows.get(number)?.rungs),
      onFront: onFront.has(number),
    })),
    complete: figures.all.length,
  };
}

/** Of the ladders as they are now; a table of other ladders says nothing. */
async function sweepOf({ tuning }: Store, { id }: Study): Promise<SiteTable | null> {
  const read = siteTableSchema.safeParse(await tuning.siteTable(id));
  return read.success ? read.data : null;
}

const kept = new WeakMap<Store, Map<string, Promise<Ladders | null>>>();

/** The model is read once. */
function laddersKept({ store }: Source, study: Study): Promise<Ladders | null> {
  const studies = kept.get(store) ?? new Map<string, Promise<Ladders | null>>();
  kept.set(store, studies);
  const key = `${study.model.sha256} ${study.space.sha256} ${study.hardware.sha256}`;
  const found = studies.get(key) ?? laddersApart(study);
  studies.set(key, found);
  // A model that is not there may come back.
  found.then(
    ladders => ladders ?? studies.delete(key),
    () => studies.delete(key),
  );
  return found;
}

function layersOf({ sites, labels }: TrialRows, table: SiteTable | null, ladders: Ladders | null): LayerRow[] {
  return sites.map((site, i) => {
    const ladder = ladders?.find(each => each.site === site);
    const tried = labels[i] ?? [];
    const rungs = Array.from({ length: Math.max(tried.length, table?.changes[i]?.length ?? 0) }, (_, rung) => ({
      label: tried[rung] ?? '',
      macs: null,
    }));
    const [change, error] = [table?.changes[i]?.[0], table?.standardErrors[i]?.[0]];
    return {
      site,
      rungs: ladder?.rungs ?? rungs,
      alone: change === undefined || error === undefined ? null : { change, halfWidth: z95 * error },
    };
  });
}

const memberOf = (point: FrontPoint, rows: readonly LayerRow[]): LayerMember => ({
  trial: point.trial,
  latencyMs: point.latencyMs,
  speedup: point.speedup,
  change: point.judged.drop === 0 ? 0 : -point.judged.drop,
  halfWidth: point.judged.halfWidth,
  confirmed: point.confirmed,
  rungs: rows.map(({ site, rungs }) => {
    const label = rungLabel(point.configuration[site] ?? { method: 'dense' });
    const found = rungs.findIndex(rung => rung.label === label);
    return found < 0 ? null : found;
  }),
});

/** Null where the table is of other ladders. */
function predictedOf(table: SiteTable | null, rungs: Uint8Array | undefined): number | null {
  if (!table || !rungs) return null;
  const changes = Array.from(rungs, (rung, site) => table.changes[site]?.[rung] ?? Number.NaN);
  const sum = changes.reduce((total, each) => total + each, table.dense);
  return Number.isFinite(sum) ? sum : null;
}
