/** What a tuner may know of a study before its first trial. */
import type { Rung } from '../../decompose/method.ts';
import { rungParams } from '../../decompose/ranks.ts';
import type { Site } from '../../decompose/site.ts';
import type { Kind } from '../../objectives/objective.ts';
import { axes, kindsOf, positionOf } from '../../objectives/objectives.ts';
import type { Space } from '../../space/space.ts';
import type { SiteTable, TunerPrior } from '../../tuner/prior.ts';

export interface KnownBefore {
  readonly space: Space;
  /** Of the latency; null where it was not measured. */
  readonly latency: SiteTable | null;
  /** Of a rung that is not dense: the relative squared error that the factors have in closed form. */
  readonly loss: (site: Site, rung: Exclude<Rung, { method: 'dense' }>) => number;
  /** Of the dense model's file. */
  readonly denseBytes: number;
}

/** Additive tables by objective: nothing additive is known of an accuracy, and of memory nothing at all. */
const tables: Readonly<Record<Kind, ((known: KnownBefore) => SiteTable | null) | null>> = {
  latency: ({ latency }) => latency,
  accuracy: null,
  size: ({ space, denseBytes }) => sizeTable(space, denseBytes),
  memory: null,
};

export function tunerPrior(objectives: readonly string[], known: KnownBefore): TunerPrior {
  const { space, loss } = known;
  const all = kindsOf(objectives);
  return {
    tables: all.map(kind => tables[kind]?.(known) ?? null),
    losses: space.sites.map(({ site, ladder }) =>
      ladder.map(rung => (rung.method === 'dense' ? 0 : Math.max(0, loss(site, rung)))),
    ),
    // What the factors lose costs accuracy, and latency goes with it where it was not measured; of memory they tell nothing.
    ...(all.some(kind => !axes.includes(kind)) ? { lossesOf: axes.map(kind => positionOf(objectives, kind)) } : {}),
  };
}

const bytesOf = { float32: 4, float16: 2 } as const;

/**
 * What each rung changes in the size of the file, as a share of the dense one: parameters times bytes. It leaves out the names and
 * attributes of the nodes, some hundred bytes a layer.
 */
export function sizeTable({ sites }: Space, denseBytes: number): SiteTable {
  const dense: Rung = { method: 'dense' };
  const changes = sites.map(({ site, ladder }) =>
    ladder.map(rung => ((rungParams(site, rung) - rungParams(site, dense)) * bytesOf[site.elementType]) / denseBytes),
  );
  return { dense: 1, changes, standardErrors: changes.map(ladder => ladder.map(() => 0)) };
}
