/** What a request must be before anything else looks at it. Pure: a request's line and headers in, a path or a refusal out. */
import type { IncomingHttpHeaders } from 'node:http';
import { type HostRule, hostIn } from './hosts.ts';

export interface Asked {
  readonly method: 'GET' | 'HEAD';
  /** Normalised, as it is routed. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export interface Refused {
  readonly status: 400 | 403 | 405 | 413 | 414 | 421;
  readonly sentence: string;
}

interface Line {
  readonly method?: string | undefined;
  /** The target of the request line, as it came. */
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Headers as they came, to find one that was sent twice. */
  readonly rawHeaders: readonly string[];
}

const longestTarget = 4096;

/** @param answersFor see `hostRule` */
export function judge({ method, url = '', headers, rawHeaders }: Line, answersFor: HostRule): Asked | Refused {
  const sentHosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length;
  const host = hostIn(headers.host ?? '');
  if (sentHosts !== 1 || host === null || !answersFor(host))
    return { status: 421, sentence: 'This server does not answer for that host. See --allowed-host.' };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, sentence: 'This server only answers GET and HEAD.' };
  if (url.length > longestTarget) return { status: 414, sentence: 'The address is too long.' };
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0)
    return { status: 413, sentence: 'A request must have no body.' };
  if (!isOwnOrigin(headers.origin, headers.host ?? ''))
    return { status: 403, sentence: 'A page of another site asked.' };
  // Only a path: an address of another host in its place is a proxy's.
  if (!url.startsWith('/') || url.startsWith('//')) return { status: 400, sentence: 'The address is not one.' };
  try {
    const { pathname, searchParams } = new URL(url, 'http://host.invalid');
    return { method, path: pathname, query: searchParams };
  } catch {
    return { status: 400, sentence: 'The address is not one.' };
  }
}

export const isRefused = (judged: Asked | Refused): judged is Refused => 'status' in judged;

/** Browsers send it with what a script asks of another site; a page of ours was loaded from the host that it asks. */
const isOwnOrigin = (origin: string | undefined, host: string): boolean =>
  origin === undefined || [`http://${host}`, `https://${host}`].includes(origin.toLowerCase());
