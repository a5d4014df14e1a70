/** The sweep of single sites as the store keeps it: the table that the tuner reads, and what it was made from, so that the next start goes on. */
import { z } from 'zod';
import type { JsonRecord } from '../../store/store.ts';
import type { SiteTable } from '../../tuner/prior.ts';
import { siteTableSchema } from './setup.ts';
import type { MeasuredRung } from './site-sweep.ts';

const rungs = z
  .array(
    z.object({
      site: z.number().int().min(0),
      rung: z.number().int().min(0),
      change: z.number(),
      standardError: z.number(),
      quality: z.enum(['good', 'disturbed']),
    }),
  )
  .readonly();

export interface KeptSweep {
  readonly table: SiteTable;
  /** Null for one from before they were kept: then nothing was disturbed, and nothing is left. */
  readonly rungs: readonly MeasuredRung[] | null;
}

export const sweepRecord = (table: SiteTable, measured: readonly MeasuredRung[]): JsonRecord => ({
  ...table,
  rungs: measured.map(({ site, rung, change, standardError, quality }) => ({
    site,
    rung,
    change,
    standardError,
    quality,
  })),
});

/** Null where there is none, and where it is one of other ladders. */
export function sweepFrom(record: JsonRecord | null, lengths: readonly number[]): KeptSweep | null {
  const table = siteTableSchema.safeParse(record);
  if (!table.success || !fitsLadders(table.data, lengths)) return null;
  const kept = rungs.safeParse(record?.rungs);
  if (!kept.success) return { table: table.data, rungs: null };
  return { table: table.data, rungs: kept.data.filter(({ site, rung }) => rung < (lengths[site] ?? 0) - 1) };
}

const fitsLadders = ({ changes, standardErrors }: SiteTable, lengths: readonly number[]): boolean =>
  changes.length === lengths.length &&
  lengths.every((length, site) => changes[site]?.length === length && standardErrors[site]?.length === length);
