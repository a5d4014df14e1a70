/** Calls whose energy is counted, call by call, so that two models that alternate are told apart. */
import type { TimedCall } from '../sampling.ts';
import type { Energy } from './energy.ts';
import type { EnergyCounters } from './rapl.ts';

/** Joules of all calls of one model. */
export interface Metered {
  readonly call: TimedCall;
  /** Forgets what was counted so far, such as the warm-up. */
  readonly begin: () => void;
  readonly joules: () => number;
  readonly calls: () => number;
}

/** The counters are read before and after the clock, never between. */
export function metered(call: TimedCall, counters: EnergyCounters | null): Metered {
  let [joules, calls] = [0, 0];
  return {
    call: counters
      ? async () => {
          counters.since();
          const ms = await call();
          joules += counters.since();
          calls++;
          return ms;
        }
      : call,
    begin: () => {
      [joules, calls] = [0, 0];
    },
    joules: () => joules,
    calls: () => calls,
  };
}

/** What one session counted. */
export interface CountedSession {
  readonly candidateJoules: number;
  readonly referenceJoules: number;
  /** Of either model. */
  readonly calls: number;
}

/** Undefined where a counter stood still: nothing is known of so short a time. */
export function energyOfSessions(sessions: readonly CountedSession[]): Energy | undefined {
  const sum = (of: (session: CountedSession) => number): number =>
    sessions.reduce((total, session) => total + of(session), 0);
  const calls = sum(session => session.calls);
  const candidateJoules = sum(session => session.candidateJoules) / calls;
  const referenceJoules = sum(session => session.referenceJoules) / calls;
  if (!(candidateJoules > 0 && referenceJoules > 0)) return undefined;
  return { source: 'rapl', candidateJoules, referenceJoules, readings: 4 * calls, apart: true };
}
