/** For a device that cannot be reached from outside: it dials the search, again and again, and serves whoever answers with the token. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Address, addressText } from '../device/remote/address.ts';
import { dial, type TlsFiles } from '../device/remote/connect.ts';
import type { Agent } from './agent.ts';

export interface DialOptions {
  readonly address: Address;
  readonly token: string;
  readonly tls: TlsFiles | null;
  readonly log: (message: string) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const firstPauseMs = 500;
const longestPauseMs = 5000;

/** Returns when the signal fires. Says each reason for a failure once, until it is another one. */
export async function dialOut(agent: Agent, { address, token, tls, log, signal }: DialOptions): Promise<void> {
  let pauseMs = firstPauseMs;
  let told = '';
  while (!signal.aborted) {
    const link = await dial(address, token, 'device', tls, signal);
    if (signal.aborted) {
      if (!('step' in link)) link.close();
      return;
    }
    if ('step' in link) {
      const message = `No search at ${addressText(address)} yet (${link.reason}); trying on.`;
      if (message !== told) log(message);
      told = message;
    } else {
      log(`A search at ${addressText(address)} measures here.`);
      told = '';
      const end = (): void => link.close();
      signal.addEventListener('abort', end, { once: true });
      await agent.serve(link);
      signal.removeEventListener('abort', end);
      pauseMs = firstPauseMs;
    }
    await delay(pauseMs, undefined, { signal }).catch(() => {});
    pauseMs = Math.min(longestPauseMs, pauseMs * 1.5);
  }
}
