/** Between rows of observations and the records of the interface, without knowing any kind. */
import type { Insertable, Selectable } from 'kysely';
import type { Environment } from '../../host/environment.ts';
import type { Observation, ObservationSummary, Phase, StoredObservation, WarningRecord } from '../observation.ts';
import { joined, partsOf } from '../observation-parts.ts';
import { packed, type SampleList, unpacked } from '../packing.ts';
import { shapeFault } from '../shape.ts';
import { oneOf, recordIn, recordsIn } from './columns.ts';
import { DamagedColumn } from './damage.ts';
import type { ObservationsTable, ObservedColumns, SampleColumns } from './schema.ts';

type Row = Selectable<ObservationsTable>;

const noWarnings: readonly WarningRecord[] = [];
const phases: readonly Phase[] = ['search', 'confirm', 'refined'];

/** `environment` is kept apart. */
export function observedColumns(observation: Observation, storedAtMs: number): Insertable<ObservedColumns> {
  return {
    kind: observation.kind,
    value: observation.value,
    standard_error: observation.standardError,
    interval_lo: observation.interval[0],
    interval_hi: observation.interval[1],
    warnings: JSON.stringify(observation.warnings),
    wall_ms: observation.wallMs,
    load: observation.load,
    stored_at_ms: storedAtMs,
    facts: JSON.stringify(partsOf(observation).facts),
  };
}

export const sampleRows = (observation: Observation): Insertable<SampleColumns>[] =>
  [...partsOf(observation).samples].map(([name, list]) => ({ name, ...packed(list) }));

export function summaryOf(row: Row, environment: Environment): ObservationSummary {
  const facts = recordIn(row.facts);
  demand(shapeFault(row.kind, facts));
  return joined(measuredOf(row, environment), facts);
}

/** @param samples those of this observation */
export function storedObservationOf(
  row: Row,
  samples: readonly SampleColumns[],
  environment: Environment,
): StoredObservation {
  const facts = recordIn(row.facts);
  demand(shapeFault(row.kind, facts, new Map(samples.map(({ name, encoding }) => [name, encoding]))));
  const lists = new Map<string, SampleList>(samples.map(each => [each.name, unpacked(each)]));
  return joined(measuredOf(row, environment), facts, lists);
}

function demand(misfit: string | null): void {
  if (misfit !== null) throw new DamagedColumn(misfit);
}

const measuredOf = (row: Row, environment: Environment) => ({
  phase: oneOf(row.phase, phases),
  kind: row.kind,
  value: row.value,
  standardError: row.standard_error,
  interval: [row.interval_lo, row.interval_hi] as const,
  warnings: row.warnings === '[]' ? noWarnings : recordsIn<readonly WarningRecord[]>(row.warnings),
  wallMs: row.wall_ms,
  load: row.load,
  environment,
  storedAtMs: row.stored_at_ms,
});
