/** The server of the page: it reads a store and answers GET. Every request passes the gate before anything is looked up. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../errors/user-error.ts';
import type { Store } from '../store/store.ts';
import { answers } from './answers.ts';
import type { Assets } from './assets.ts';
import { changesIn, usualPace } from './changes.ts';
import { eventStreams, usualStreamLimits } from './event-stream.ts';
import { isRefused, judge } from './gate.ts';
import { headersOfAll } from './headers.ts';
import { hostRule, hostText } from './hosts.ts';
import { sendText } from './send.ts';
import { sessions } from './session.ts';
import { sourceOver } from './source.ts';

export interface ServeOptions {
  readonly store: Store;
  /** Of the store, as commands take it. */
  readonly place: string;
  readonly assets: Assets;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly allowedHosts?: readonly string[];
  /** Told of what goes wrong, and of each new address after one was used. */
  readonly note: (line: string) => void;
  readonly pace?: typeof usualPace;
  readonly streamLimits?: typeof usualStreamLimits;
}

export interface Serving {
  readonly port: number;
  /** With the token that works once. */
  readonly address: () => string;
  /** Ends at once, also what is being read. */
  readonly close: () => Promise<void>;
}

/** @throws UserError when the port is taken or the host is none of this machine */
export async function startServing(options: ServeOptions): Promise<Serving> {
  const { store, assets, host, note, pace = usualPace, streamLimits = usualStreamLimits } = options;
  const answersFor = hostRule(host, options.allowedHosts ?? []);
  const told = new Set<string>();
  const failed = (error: unknown): void => {
    const text = error instanceof Error ? error.message : String(error);
    if (!told.has(text)) note(text);
    told.add(text);
  };
  const changes = changesIn(store, failed, pace);
  const streams = eventStreams(changes, headersOfAll, streamLimits);
  const server = createServer({ maxHeaderSize: 16_384, requestTimeout: 10_000, headersTimeout: 10_000 });
  const port = await listening(server, host, options.port);
  const addressWith = (token: string): string => `http://${hostText(shownHost(host))}:${port}/?token=${token}`;
  const session = sessions(port, token => note(`That address was used. For another browser: ${addressWith(token)}`));
  const answer = answers({ assets, session, streams, source: sourceOver(store, options.place), failed });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const judged = judge(request, answersFor);
    if (isRefused(judged)) {
      // What a refused request still sends is not read.
      sendText(response, judged.status, judged.sentence, { connection: 'close' });
      if (judged.status === 413) response.on('finish', () => request.destroy());
    } else void answer(judged, request, response);
  });
  // Streams are never idle for so long: they have their comments.
  server.setTimeout(60_000);
  return {
    port,
    address: () => addressWith(session.token()),
    close: () =>
      new Promise(resolve => {
        streams.close();
        changes.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A browser cannot open "all addresses". */
const shownHost = (host: string): string => (host === '0.0.0.0' || host === '::' ? 'localhost' : host);

function listening(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(worded(error, host, port)));
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}

function worded(error: NodeJS.ErrnoException, host: string, port: number): UserError {
  const where = `${hostText(host)}:${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new UserError(`Cannot listen at ${where}: another program does.`, 'Give another --port, or 0 for any.');
    case 'EACCES':
      return new UserError(`Cannot listen at ${where}: this user may not use that port.`, 'Give a --port above 1023.');
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UserError(
        `Cannot listen at ${where}: this machine has no such address.`,
        'Give --host one of its own, or leave it out.',
      );
    default:
      return new UserError(`Cannot listen at ${where}: ${error.code ?? error.message}.`, 'Try another --port.');
  }
}
