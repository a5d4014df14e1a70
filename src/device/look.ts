/** A look at the machine while nothing is measured: whether it is quiet, and if not, who keeps it busy. */
import { setTimeout as delay } from 'node:timers/promises';
import { busiestBetween, processTimes } from './busiest.ts';
import type { Cause } from './conditions.ts';
import { causesOf, type Machine } from './disturbance.ts';
import { readVitals, strainBetween } from './vitals.ts';

/** Long enough for counters of hundredths of a second, short beside what a measurement takes. */
const lookMs = 400;

/** What would be in the way of a measurement now; nothing when the machine is quiet, or when `signal` ends the look. */
export async function lookAround(machine: Machine, signal: AbortSignal): Promise<Cause[]> {
  const [vitals, processes] = [readVitals(), processTimes()];
  await delay(lookMs, undefined, { signal }).catch(() => {});
  if (signal.aborted) return [];
  const strain = strainBetween(vitals, readVitals());
  // This process waits and does not measure: how long it waited for a core says nothing.
  const causes = causesOf({ ...strain, waitedShare: null }, machine, null);
  if (causes.length === 0) return [];
  const names = busiestBetween(processes, processTimes(), strain.wallMs, process.pid);
  return causes.map(cause => (cause.kind === 'other-load' ? { ...cause, names } : cause));
}
