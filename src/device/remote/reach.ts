/** How the agent of a profile is reached: dialled each time, or waited for at an address of ours. */
import { UserError } from '../../errors/user-error.ts';
import { addressText, parseAddress } from './address.ts';
import { dial, listen, type NoLink } from './connect.ts';
import type { Link } from './frames.ts';
import type { RemoteSettings } from './settings.ts';
import { readToken } from './token.ts';

export interface Reach {
  /** For people: `the agent at board:7300`. */
  readonly where: string;
  connect(signal: AbortSignal): Promise<Link | NoLink>;
  close(): Promise<void>;
}

/** An agent that dials out does so within some seconds after it was lost. */
const arrivalMs = 15_000;

/** @throws UserError for a token or a certificate that cannot be read, or an address where nothing can listen */
export async function reachAgent(settings: RemoteSettings): Promise<Reach> {
  const token = settings.tokenFile === undefined ? '' : readToken(settings.tokenFile);
  const tls = settings.tls ?? null;
  if (settings.listen === undefined) {
    const address = parseAddress(settings.address ?? '', 'driver.address');
    return {
      where: `the agent at ${addressText(address)}`,
      connect: signal => dial(address, token, 'client', tls, signal),
      close: async () => {},
    };
  }
  if (token === '') {
    throw new UserError(
      'Cannot wait for an agent without a token: whoever connects would be believed.',
      'Name the file with the token of the agent as driver.tokenFile.',
    );
  }
  const arrivals = arriving();
  const at = parseAddress(settings.listen, 'driver.listen');
  const listening = await listen(at, token, 'device', tls, arrivals.put, () => {});
  return {
    where: `the agent that dials ${addressText(listening.address)}`,
    connect: arrivals.next,
    close: async () => {
      arrivals.close();
      await listening.close();
    },
  };
}

/** The latest link of a device that dialled in; older ones that nobody took are let go of. */
function arriving() {
  let waiting: Link | null = null;
  let wake: () => void = () => {};
  const put = (link: Link): void => {
    waiting?.close();
    waiting = link;
    void link.closed.then(() => {
      if (waiting === link) waiting = null;
    });
    wake();
  };
  const taken = (): Link | null => {
    const link = waiting;
    waiting = null;
    return link;
  };
  const next = async (signal: AbortSignal): Promise<Link | NoLink> => {
    const there = taken();
    if (there) return there;
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, arrivalMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
    });
    return taken() ?? { step: 'dial', reason: 'no agent has dialled in' };
  };
  return { put, next, close: () => waiting?.close() };
}
