/** What a tuner may know of a study before its first trial. */
import type { Rung } from '../../decompose/method.ts';
import type { Site } from '../../decompose/site.ts';
import type { Space } from '../../space/space.ts';
import type { SiteTable, TunerPrior } from '../../tuner/prior.ts';

/**
 * @param table of the latency; null where it was not measured
 * @param loss of a rung that is not dense: the relative squared error that the factors have in closed form
 */
export const tunerPrior = (
  space: Space,
  table: SiteTable | null,
  loss: (site: Site, rung: Exclude<Rung, { method: 'dense' }>) => number,
): TunerPrior => ({
  tables: [table, null],
  losses: space.sites.map(({ site, ladder }) =>
    ladder.map(rung => (rung.method === 'dense' ? 0 : Math.max(0, loss(site, rung)))),
  ),
});
