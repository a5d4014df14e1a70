/**
 * Goes on over lost links: connects again with ever longer pauses, up to a limit, and repeats what was under way. Whatever is repeated must be the
 * same when it was done before, which is what the ids of measurements are for.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Failure, failed } from '../../errors/failure.ts';
import { formatDuration } from '../../units/duration.ts';
import type { NoLink } from './connect.ts';
import type { Link } from './frames.ts';
import { type Talk, talkOver } from './talk.ts';

export interface PatientParts {
  /** For people: `the agent at board:7300`. */
  readonly where: string;
  readonly connect: (signal: AbortSignal) => Promise<Link | NoLink>;
  /** Throws a UserError for an agent that cannot be used. */
  readonly demand: (talk: Talk) => void;
  readonly limitMs: number;
  readonly tell: (message: string) => void;
  readonly signal: AbortSignal;
}

export interface Patient {
  /**
   * @param work null when the link was lost on the way: then it is called again, with another link
   * @param limitMs in the place of the usual one
   */
  run<T>(work: (talk: Talk) => Promise<T | null>, limitMs?: number): Promise<T | Failure>;
  close(): void;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;
/** A link that is back before this was hardly missed. */
const toldFromMs = 1500;
/** Where it was waited for in vain, the next one does not wait as long again. */
const afterVainMs = 10_000;

export function patient(parts: PatientParts): Patient {
  const { where, connect, demand, tell, signal } = parts;
  let current: Talk | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  let vain = false;
  const drop = (): void => {
    current?.close();
    current = null;
  };
  signal.addEventListener('abort', drop, { once: true });

  const connected = async (): Promise<Talk | string> => {
    const link = await connect(signal);
    if ('step' in link) return link.reason;
    const talk = await talkOver(link);
    if (!talk) return 'it closed the connection';
    try {
      demand(talk);
    } catch (error) {
      talk.close();
      throw error;
    }
    return talk;
  };

  const attempt = async <T>(work: (talk: Talk) => Promise<T | null>, mostMs: number): Promise<T | Failure> => {
    const limitMs = vain ? Math.min(afterVainMs, mostMs) : mostMs;
    let lostAtMs: number | null = null;
    let told = false;
    let pauseMs = firstPauseMs;
    let reason = 'the connection was closed';
    const toldAfterMs = Math.min(toldFromMs, limitMs / 4);
    const tellLost = (): void => {
      if (told) return;
      told = true;
      tell(
        `The link to ${where} is lost (${reason}). Trying again, for up to ${formatDuration(limitMs)}; no trial is lost.`,
      );
    };
    while (!signal.aborted) {
      if (!current) {
        // To wait for an agent that dials takes long: whoever looks on is told meanwhile.
        const timer = lostAtMs === null ? undefined : setTimeout(tellLost, toldAfterMs);
        const found = await connected().finally(() => clearTimeout(timer));
        if (signal.aborted) break;
        if (typeof found === 'string') reason = found;
        else current = found;
      }
      if (current) {
        // Whatever is heard says that the agent works: the limit is of silence.
        const talk = heardBy(current, () => {
          if (told) tell(`The link to ${where} is there again.`);
          [lostAtMs, told, vain, pauseMs] = [null, false, false, firstPauseMs];
        });
        const result = await work(talk);
        if (signal.aborted) break;
        if (result !== null) return result;
        drop();
      }
      const nowMs = performance.now();
      lostAtMs ??= nowMs;
      const silentMs: number = nowMs - lostAtMs;
      if (silentMs >= limitMs) {
        vain = true;
        return failed('unreachable', `${where} could not be reached for ${formatDuration(limitMs)} (${reason})`);
      }
      if (silentMs >= toldAfterMs) tellLost();
      const nextMs = (told ? limitMs : toldAfterMs) - silentMs;
      await delay(Math.min(pauseMs, Math.max(1, nextMs)), undefined, { signal }).catch(() => {});
      pauseMs = Math.min(longestPauseMs, pauseMs * 1.7);
    }
    drop();
    return interrupted;
  };

  return {
    run: (work, limitMs = parts.limitMs) => {
      const mine = turn.then(() => attempt(work, limitMs));
      turn = mine.catch(() => {});
      return mine;
    },
    close: drop,
  };
}

export const interrupted = failed('interrupted', 'the device was closed');

const heardBy = (talk: Talk, heard: () => void): Talk => ({
  ...talk,
  ask: async (request, body, said) => {
    const answer = await talk.ask(request, body, each => {
      heard();
      said?.(each);
    });
    if (answer) heard();
    return answer;
  },
});
