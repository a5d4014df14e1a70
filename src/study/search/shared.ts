/** What a search needs to share its trials with other machines. */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../errors/user-error.ts';
import { deviceClassOf, isOfProfile } from '../../fleet/device-class.ts';
import type { Fleet } from '../../fleet/open.ts';
import { type Seat, seated } from '../../fleet/seat.ts';
import { laneHere, wordsOf } from '../../fleet/words.ts';
import { currentEnvironment, type MeasuredBy } from '../../host/environment.ts';
import { rankfrontVersion } from '../../host/version.ts';
import { type Role, roles } from '../../store/fleet.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { Calibration } from '../build/calibration.ts';
import type { Plan } from '../build/plan.ts';

export interface Shared {
  readonly fleet: Fleet;
  /** Of the device that the latencies of the study are of. */
  readonly deviceClass: string;
  readonly version: string;
  /** Of this process as a worker; null where it only shares out. */
  readonly seat: Seat | null;
  readonly by: MeasuredBy;
  readonly roles: readonly Role[];
}

export interface SharedOptions {
  readonly fleet: Fleet;
  readonly study: Study;
  readonly plan: Plan;
  readonly calibration: Calibration | null;
  /** Whether this process measures, too. */
  readonly works: boolean;
  readonly note: (message: string) => void;
  readonly finish: AbortSignal;
}

/** Null when it was ended before there was a device. */
export async function openShared(options: SharedOptions): Promise<Shared | null> {
  const { fleet, study, plan, works, note } = options;
  await keepFiles(options);
  const own = deviceClassOf(plan.hardware, currentEnvironment());
  const deviceClass = (await classOfStudy(fleet, study)) ?? (works ? own : await someClass(options));
  if (deviceClass === null) return null;
  const version = rankfrontVersion();
  const able = deviceClass === own ? roles : roles.filter(role => role !== 'latency');
  const words = wordsOf(plan.hardware, `search ${process.pid}`, able, laneHere(plan.hardware), study.name);
  const by = { worker: words.name, deviceClass, device: words.lane };
  if (!works) return { fleet, deviceClass, version, seat: null, by, roles: [] };
  if (deviceClass !== own)
    note('This machine is of another class than the devices of the study: it builds and scores, and others measure.');
  const token = randomUUID();
  const holder = await fleet.workers.enter(token, words);
  if (!holder)
    return { fleet, deviceClass, version, seat: seated(fleet.workers, token, words, fleet.leaseMs), by, roles: able };
  // Scoring beside it would disturb what it measures.
  note(
    `Worker "${holder.name}" has the device of this machine: the search only shares out, and measures nothing itself.`,
  );
  return { fleet, deviceClass, version, seat: null, by, roles: [] };
}

/** Whether nobody is there to share with: no worker, and nothing that was shared out before. */
export async function isAlone({ workers, work }: Fleet, study: Study): Promise<boolean> {
  const version = rankfrontVersion();
  const there = (await workers.list()).some(
    each => each.alive && each.state !== 'out' && each.study === null && each.version === version,
  );
  return !there && !(await work.list()).some(each => each.study === study.name && each.state !== 'dead');
}

/** What was measured, or shared out, decides; null for a study without either. */
async function classOfStudy({ store, work }: Fleet, study: Study): Promise<string | null> {
  return (
    (await classMeasured(store, study)) ??
    (await work.list()).find(each => each.study === study.name)?.deviceClass ??
    null
  );
}

export async function classMeasured({ trials }: Pick<Store, 'trials'>, study: Study): Promise<string | null> {
  const dense = await trials.get(study.id, 0);
  if (dense?.state !== 'complete') return null;
  const latency = dense.observations.find(({ kind, phase }) => kind === 'latency' && phase === 'search');
  return latency?.environment.measuredBy?.deviceClass ?? null;
}

/** Of the workers that are there; waits until there is one. */
async function someClass({ fleet, plan, note, finish }: SharedOptions): Promise<string | null> {
  for (let told = false; !finish.aborted; told = true) {
    const fitting = (await fleet.workers.list()).filter(
      ({ alive, state, roles: able, deviceClass }) =>
        alive && state !== 'out' && able.includes('latency') && isOfProfile(deviceClass, plan.hardware),
    );
    const classes = [...new Set(fitting.map(({ deviceClass }) => deviceClass))];
    if (classes.length > 1)
      throw new UserError(
        `Cannot choose a device: the workers of the profile "${plan.hardware.name}" are of ${classes.length} classes (${classes.join(', ')}).`,
        'Start the search without --no-worker on one of the machines that are to measure.',
      );
    if (classes[0] !== undefined) return classes[0];
    if (!told) note(`Waiting for a worker: start "rankfront worker" with the profile "${plan.hardware.name}".`);
    await delay(1000, undefined, { signal: finish }).catch(() => {});
  }
  return null;
}

/** The network and the statistics, for machines that have neither. */
async function keepFiles({ fleet, plan, calibration, note }: SharedOptions): Promise<void> {
  const { files, path, sha256 } = plan.loaded;
  if (files.length > 1)
    note('The network has its weights in files of their own: each worker needs them, and is given them by --model.');
  else if (!(await fleet.blobs.has(sha256))) await fleet.blobs.put(readFileSync(path));
  const { statistics } = calibration ?? {};
  if (statistics && !(await fleet.blobs.has(statistics.sha256))) await fleet.blobs.put(statistics.bytes);
}

/** Whether this process measures on a device of the class that the study is of. */
export async function timedHere(
  { store, study, plan }: { readonly store: Store; readonly study: Study; readonly plan: Plan },
  { works }: { readonly works: boolean },
): Promise<boolean> {
  const own = deviceClassOf(plan.hardware, currentEnvironment());
  return works && ((await classMeasured(store, study)) ?? own) === own;
}
