/** A worker's bench: it opens the studies that are shared out as it comes to them, and works on their trials. */
import { UserError } from '../../errors/user-error.ts';
import type { Bench } from '../../fleet/worker.ts';
import { rankfrontVersion } from '../../host/version.ts';
import { roles as allRoles, type Held, type OpenWork, type Role } from '../../store/fleet.ts';
import { type OpenShop, openShop, type ShopOptions } from './open-shop.ts';
import { perform, type Workshop } from './perform.ts';

export interface StudyBench extends Bench {
  close(): Promise<void>;
}

/** So many studies are kept open; one that is not worked on any more goes first. */
const openAtMost = 3;

/** How long what is shared out is remembered. */
const lookMs = 2000;

export function studyBench(options: Omit<ShopOptions, 'study'>): StudyBench {
  const { fleet, by, roles, note } = options;
  const own = rankfrontVersion();
  /** In the order in which they were used last. By `keyOf`, as all here: a study that is begun anew under its name is another one. */
  const shops = new Map<string, OpenShop>();
  /** What cannot be worked on here, and at which stations. */
  const closed = new Map<string, ReadonlySet<string>>();
  let looked: { readonly at: number; readonly work: readonly OpenWork[] } | null = null;

  const ableFor = (deviceClass: string): readonly Role[] =>
    deviceClass === by.deviceClass ? roles : roles.filter(role => role !== 'latency');
  const keyOf = (studyId: number, deviceClass: string): string => `${studyId}/${deviceClass}`;

  const possible = ({ studyId, role, deviceClass, version }: OpenWork): boolean =>
    version === own && ableFor(deviceClass).includes(role) && !closed.get(keyOf(studyId, deviceClass))?.has(role);

  const shopOf = async (name: string, { trial, station }: Held): Promise<OpenShop | null> => {
    const key = keyOf(trial.studyId, station.deviceClass);
    const open = shops.get(key);
    if (open) {
      shops.delete(key);
      shops.set(key, open);
      return open;
    }
    const study = await fleet.store.studies.get(name);
    if (study?.id !== trial.studyId) return null;
    for (const [old, shop] of [...shops].slice(0, Math.max(0, shops.size - openAtMost + 1))) {
      shops.delete(old);
      await shop.close();
    }
    try {
      const shop = await openShop({ ...options, study, roles: ableFor(station.deviceClass) });
      shops.set(key, shop);
      closed.set(key, new Set(allRoles.filter(role => !shop.roles.includes(role))));
      return shop;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      note(`Study "${name}" is not worked on here: ${error.message}`);
      closed.set(key, new Set(allRoles));
      return null;
    }
  };

  return {
    queues: async () => {
      if (!looked || performance.now() - looked.at > lookMs)
        looked = { at: performance.now(), work: await fleet.work.list() };
      const wanted = looked.work.filter(each => each.state !== 'dead' && possible(each));
      // What is nearest to its end goes first: its result is what the search waits for.
      const order = (each: OpenWork): number => -allRoles.indexOf(each.role);
      return [...new Set(wanted.sort((a, b) => order(a) - order(b)).map(({ queue }) => queue))];
    },
    work: async (held, stop) => {
      const name = looked?.work.find(({ trialId }) => trialId === held.trial.id)?.study ?? (await nameOf(held));
      const shop = name === null ? null : await shopOf(name, held);
      return shop ? working(fleet, shop, held, stop) : { kind: 'given-back', loss: null };
    },
    close: async () => {
      for (const shop of shops.values()) await shop.close();
      shops.clear();
    },
  };

  async function nameOf(held: Held): Promise<string | null> {
    const work = await fleet.work.list();
    return work.find(({ trialId }) => trialId === held.trial.id)?.study ?? null;
  }
}

/** A bench for the study of a search, with what that has open. */
export const oneStudyBench = (fleet: ShopOptions['fleet'], shop: Workshop, queues: readonly string[]): Bench => ({
  queues: async () => queues,
  work: (held, stop) => working(fleet, shop, held, stop),
});

async function working(
  { work }: ShopOptions['fleet'],
  shop: Workshop,
  held: Held,
  stop: AbortSignal,
): Promise<Awaited<ReturnType<Bench['work']>>> {
  const { role, deviceClass } = held.station;
  const fits = shop.roles.includes(role) && (role !== 'latency' || deviceClass === shop.by.deviceClass);
  if (stop.aborted || !fits) return { kind: 'given-back', loss: null };
  const stopped = new Promise<{ kind: 'given-back'; loss: null }>(resolve =>
    stop.addEventListener('abort', () => resolve({ kind: 'given-back', loss: null }), { once: true }),
  );
  return Promise.race([perform(shop, held, await work.partial(held)), stopped]);
}
