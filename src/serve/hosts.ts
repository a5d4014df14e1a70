/** Which hosts a request may be meant for. A page of another site that was made to resolve to this machine names its own. */
import { isIP } from 'node:net';
import { UserError } from '../errors/user-error.ts';

/** Names of this machine that no other site can have. */
const loopback = ['localhost', '127.0.0.1', '[::1]'] as const;

/** As it stands in an address: IPv6 in brackets, in lower case. */
export const hostText = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);

export const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/** Listens on all addresses, so that its own name is none that a browser would use. */
const isAny = (host: string): boolean => host === '0.0.0.0' || host === '::';

const plain = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])$/;

/** Whether a host is one that requests may be meant for. */
export type HostRule = (host: string) => boolean;

/**
 * Loopback always is, for tunnels, at whatever port the tunnel has here. Whoever listens on all addresses answers for each of them: no
 * site can make a bare address its own.
 *
 * @throws UserError for a host that is no host
 */
export function hostRule(host: string, more: readonly string[]): HostRule {
  const given = more.map(each => hostText(each.trim().toLowerCase()));
  const wrong = given.find(each => !plain.test(each));
  if (wrong !== undefined)
    throw new UserError(
      `Cannot use --allowed-host: expected the name or address of a host without a port, found ${JSON.stringify(wrong)}.`,
      'Write for example --allowed-host build.example.org.',
    );
  const hosts = new Set([...loopback, ...(isAny(host) ? [] : [hostText(host.toLowerCase())]), ...given]);
  return each => hosts.has(each) || (isAny(host) && isIP(each.replace(/^\[|\]$/g, '')) !== 0);
}

/** The host in a `Host` header, without its port and final dot; null for what is none. */
export function hostIn(header: string): string | null {
  const [, host = ''] = /^(\[[0-9a-fA-F:.]+\]|[^:[\]\s/@\\]+)(?::\d{1,5})?$/.exec(header) ?? [];
  const name = host.toLowerCase().replace(/\.$/, '');
  return plain.test(name) ? name : null;
}
