/** The routes, each an exact path: the page's files for all, everything that tells of a study for who has the cookie. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { UserError } from '../errors/user-error.ts';
import { BadQuery, NotFound, type Source } from './api/reader.ts';
import { readers } from './api/readers.ts';
import type { Assets } from './assets.ts';
import type { EventStreams } from './event-stream.ts';
import type { Asked } from './gate.ts';
import { revisionHeader } from './revision-header.ts';
import { sendAsset, sendJson, sendText } from './send.ts';
import type { Sessions } from './session.ts';

interface Served {
  readonly assets: Assets;
  readonly session: Sessions;
  readonly streams: EventStreams;
  readonly source: Source;
  /** Told of what a reader did not foresee. */
  readonly failed: (error: unknown) => void;
}

/** What is told of a request that no record answers. */
export interface ErrorRecord {
  readonly error: { readonly sentence: string; readonly wayOut: string };
}

type Answer = (asked: Asked, request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function answers({ assets, session, streams, source, failed }: Served): Answer {
  const api = new Map(Object.entries(readers).map(([name, reader]) => [`/api/${name}`, reader]));
  const refuse = (request: IncomingMessage, response: ServerResponse, status: number, error: ErrorRecord['error']) =>
    sendJson(request, response, status, { error } satisfies ErrorRecord);

  return async ({ path, query, method }, request, response) => {
    const token = query.get('token');
    if (path === '/' && token !== null) {
      // Whoever only looks whether the address is there must not use it up.
      const cookie = method === 'GET' ? session.redeem(token) : null;
      const home = { location: '/', ...(cookie ? { 'set-cookie': cookie } : {}) };
      sendText(response, 303, 'The page is at /.', home);
      return;
    }
    const asset = assets.get(path);
    if (asset) {
      sendAsset(request, response, asset);
      return;
    }
    const reader = api.get(path);
    if (!reader && path !== '/api/events') {
      sendText(response, 404, 'There is nothing at this address.');
      return;
    }
    if (!session.holds(request.headers.cookie)) {
      await refuse(request, response, 403, notAllowed);
      return;
    }
    if (!reader) {
      if (method === 'HEAD') sendText(response, 200, '');
      else if (!streams.open(response)) sendText(response, 503, 'Too many pages are open.', { 'retry-after': '10' });
      return;
    }
    try {
      const revision = await revisionOf(source, query.get('study'));
      const record = await reader(source, Object.fromEntries(query));
      if (revision !== null) response.setHeader(revisionHeader, revision);
      await sendJson(request, response, 200, record);
    } catch (error) {
      const [status, told] = wording(error);
      if (status === 500) failed(error);
      if (response.headersSent) response.destroy();
      else await refuse(request, response, status, told);
    }
  };
}

/** Before it is read: what is written meanwhile may be in the record or not. Null where no study is asked for. */
async function revisionOf({ study, store }: Source, name: string | null): Promise<number | null> {
  return name === null ? null : store.studies.revision((await study(name)).id);
}

const notAllowed: ErrorRecord['error'] = {
  sentence:
    'This browser has not opened the address that "rankfront serve" printed, or the server was started again since.',
  wayOut: 'Open the newest address that it printed: each works once.',
};

function wording(error: unknown): readonly [status: number, told: ErrorRecord['error']] {
  if (error instanceof NotFound) return [404, { sentence: error.message, wayOut: 'Go back to the list of studies.' }];
  if (error instanceof BadQuery) return [400, { sentence: error.message, wayOut: 'Go back to the list of studies.' }];
  if (error instanceof UserError) return [409, { sentence: error.problem, wayOut: error.wayOut }];
  return [500, { sentence: 'The server could not read this.', wayOut: 'What went wrong is on its terminal.' }];
}
