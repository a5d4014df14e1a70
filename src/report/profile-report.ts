/** Where the time of a dense model goes, and what its ladders could save, for `profile`. */
import type { Rung } from '../decompose/method.ts';
import { formatCount, formatMs, formatPercent } from '../units/format.ts';
import { clipped, joinLines, textTable } from './text-table.ts';

export interface ProfiledSite {
  readonly site: string;
  /** Mean time per call by the runtime's own profiler; null where the runtime fused it into another node. */
  readonly ms: number | null;
  /** Of the dense node, for the batch that was profiled. */
  readonly macs: number;
  /**
   * The factorised rungs that its ladder offers, their multiply-accumulates for the same batch, and the squared relative error of
   * the site's output that they leave on calibration images; null without any.
   */
  readonly rungs: readonly { readonly rung: Rung; readonly macs: number; readonly outputError: number | null }[];
}

export interface ProfileView {
  readonly model: string;
  /** What ran it, such as `onnxruntime cpu, 2 threads, batch 1`. */
  readonly device: string;
  /** Mean time per call of the whole model by the profiler. */
  readonly totalMs: number;
  readonly sites: readonly ProfiledSite[];
  /** Every other node that the profiler has seen. */
  readonly others: readonly { readonly opType: string; readonly ms: number }[];
}

/** What a rung saves if the site goes on at the MAC/s that it reaches dense. */
export interface Saving {
  readonly rung: Rung;
  readonly ms: number;
  /** See `ProfiledSite.rungs`. */
  readonly outputError: number | null;
}

export interface ProfileRow {
  readonly site: string;
  readonly ms: number | null;
  readonly share: number | null;
  readonly macs: number;
  readonly macsPerSecond: number | null;
  /** By the rung with the most MACs among those of at most half the dense ones; null without one. */
  readonly half: Saving | null;
  /** By the rung with the fewest MACs: the most that the ladder can give. */
  readonly most: Saving | null;
  /** Ascending in MACs. */
  readonly rungs: ProfiledSite['rungs'];
}

export interface ProfileSummary {
  /** By time, the longest first; those without a time last. */
  readonly sites: readonly ProfileRow[];
  /** By operator, the longest first. */
  readonly others: readonly {
    readonly opType: string;
    readonly nodes: number;
    readonly ms: number;
    readonly share: number;
  }[];
  /** What neither sites nor other nodes account for: the time between nodes. Never below 0. */
  readonly betweenMs: number;
  /** Sums of the savings over all sites. */
  readonly halfMs: number;
  readonly mostMs: number;
}

/**
 * saved = t (1 - m / M) for a site that takes t with M MACs and a rung of m: time in proportion to MACs. An upper bound in
 * most cases, for the thin layers of a factorisation reach fewer MAC/s than the one that they replace; so a site that
 * saves little here is not worth a place in the search space.
 */
export function profileSummary({ totalMs, sites, others }: ProfileView): ProfileSummary {
  const rows = sites.map(site => rowOf(site, totalMs)).sort((a, b) => (b.ms ?? -1) - (a.ms ?? -1));
  const byOperator = new Map<string, { nodes: number; ms: number }>();
  for (const { opType, ms } of others) {
    const sum = byOperator.get(opType) ?? { nodes: 0, ms: 0 };
    byOperator.set(opType, { nodes: sum.nodes + 1, ms: sum.ms + ms });
  }
  const accountedMs = total(rows.map(({ ms }) => ms ?? 0)) + total(others.map(({ ms }) => ms));
  return {
    sites: rows,
    others: [...byOperator]
      .map(([opType, sum]) => ({ opType, ...sum, share: totalMs > 0 ? sum.ms / totalMs : 0 }))
      .sort((a, b) => b.ms - a.ms),
    betweenMs: Math.max(0, totalMs - accountedMs),
    halfMs: total(rows.map(({ half }) => half?.ms ?? 0)),
    mostMs: total(rows.map(({ most }) => most?.ms ?? 0)),
  };
}

function rowOf({ site, ms, macs, rungs }: ProfiledSite, totalMs: number): ProfileRow {
  const ascending = [...rungs].sort((a, b) => a.macs - b.macs);
  const saving = (rung: ProfiledSite['rungs'][number] | undefined): Saving | null =>
    rung && ms !== null && macs > 0
      ? { rung: rung.rung, ms: ms * (1 - rung.macs / macs), outputError: rung.outputError }
      : null;
  return {
    site,
    ms,
    share: ms === null || totalMs <= 0 ? null : ms / totalMs,
    macs,
    macsPerSecond: ms === null || ms <= 0 ? null : macs / (ms / 1000),
    half: saving(ascending.findLast(rung => rung.macs <= macs / 2)),
    most: saving(ascending[0]),
    rungs: ascending,
  };
}

/** @param whole whether names are written whole, as `studyTable` has it */
export function profileTable(view: ProfileView, whole = false): string {
  const { sites, others, betweenMs, halfMs, mostMs } = profileSummary(view);
  const told = sites.some(({ rungs }) => rungs.some(({ outputError }) => outputError !== null));
  const loses = (which: 'half' | 'most') => ({
    header: `loses at ${which}`,
    align: 'right' as const,
    cell: (row: ProfileRow) => errorText(row[which]),
  });
  const rest = [
    ...others.map(({ opType, nodes, ms, share }) => ({ name: `${opType} x ${nodes}`, ms, share })),
    { name: 'between nodes', ms: betweenMs, share: view.totalMs > 0 ? betweenMs / view.totalMs : 0 },
    { name: 'total', ms: view.totalMs, share: 1 },
  ];
  return joinLines([
    `${view.model} on ${view.device}: ${formatMs(view.totalMs)} a call`,
    '',
    ...textTable<ProfileRow>(
      [
        { header: 'site', align: 'left', cell: ({ site }) => clipped(site, whole ? Number.POSITIVE_INFINITY : 26) },
        { header: 'ms', align: 'right', cell: ({ ms }) => (ms === null ? '-' : ms.toFixed(3)) },
        { header: 'share', align: 'right', cell: ({ share }) => (share === null ? '-' : formatPercent(share, 1)) },
        { header: 'MACs', align: 'right', cell: ({ macs }) => formatCount(macs) },
        { header: 'GMAC/s', align: 'right', cell: ({ macsPerSecond }) => gigas(macsPerSecond) },
        { header: 'saves ms at half', align: 'right', cell: ({ half }) => savingText(half) },
        ...(told ? [loses('half')] : []),
        { header: 'saves ms at most', align: 'right', cell: ({ most }) => savingText(most) },
        ...(told ? [loses('most')] : []),
      ],
      sites,
    ),
    '',
    ...textTable(
      [
        { header: 'other nodes', align: 'left', cell: ({ name }) => name },
        { header: 'ms', align: 'right', cell: ({ ms }) => ms.toFixed(3) },
        { header: 'share', align: 'right', cell: ({ share }) => formatPercent(share, 1) },
      ],
      rest,
    ),
    '',
    `The ladders could save ${formatMs(halfMs)} (${percentOf(halfMs, view.totalMs)}) with every site at no more than half its MACs, ${formatMs(mostMs)} (${percentOf(mostMs, view.totalMs)}) at their cheapest rungs. Both are upper bounds, as if time followed MACs, and accuracy pays for them.`,
    ...(told
      ? ['What a rung loses is the share of the variance of the layer that it gets wrong on the calibration images.']
      : []),
  ]);
}

const gigas = (macsPerSecond: number | null): string =>
  macsPerSecond === null ? '-' : (macsPerSecond / 1e9).toPrecision(3);

const savingText = (saving: Saving | null): string => {
  if (!saving) return '-';
  const { rung, ms } = saving;
  return `${rung.method}${rung.method === 'dense' ? '' : ` ${String(rung.rank)}`} ${ms.toFixed(3)}`;
};

const errorText = (saving: Saving | null): string =>
  saving?.outputError == null ? '-' : formatPercent(saving.outputError, 1);

const percentOf = (part: number, whole: number): string => (whole > 0 ? formatPercent(part / whole, 1) : '-');

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
