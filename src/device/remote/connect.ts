/** From an address to a link that both ends trust: dialled, or waited for where the device is the one that dials. */
import { connect as connectPlain, createServer as createPlainServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { UserError } from '../../errors/user-error.ts';
import { readBytes } from '../../host/model-file.ts';
import { type Address, addressText } from './address.ts';
import { type Link, linkOver } from './frames.ts';
import { introduce, type Role, welcome } from './handshake.ts';

/** Files; the side that dials checks by `ca`, the side that is dialled shows `cert`. */
export interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** How far it got: the address could not be reached; there was nothing that speaks as we do; the token was refused. */
export interface NoLink {
  readonly step: 'dial' | 'greet' | 'token';
  readonly reason: string;
}

const dialMs = 10_000;

export async function dial(
  address: Address,
  token: string,
  role: Role,
  tls: TlsFiles | null,
  signal: AbortSignal,
): Promise<Link | NoLink> {
  const socket = await opened(address, tls, signal);
  if ('step' in socket) return socket;
  const giveUp = (): void => void socket.destroy();
  signal.addEventListener('abort', giveUp, { once: true });
  const greeting = await introduce(socket, token, role);
  signal.removeEventListener('abort', giveUp);
  if (greeting === 'done') return linkOver(socket);
  socket.destroy();
  return greeting === 'refused'
    ? { step: 'token', reason: 'the other end did not accept the token, or has another one' }
    : { step: 'greet', reason: 'what answers there is no agent, or one that closed at once' };
}

function opened({ host, port }: Address, tls: TlsFiles | null, signal: AbortSignal): Promise<Socket | NoLink> {
  const ca = tls?.ca ? readBytes(tls.ca, 'the TLS certificate') : undefined;
  return new Promise(resolve => {
    const socket = tls
      ? connectTls({
          host,
          port,
          ...(ca ? { ca: Buffer.from(ca) } : {}),
          ...(isName(host) ? { servername: host } : {}),
        })
      : connectPlain({ host, port });
    const fail = (reason: string): void => {
      socket.destroy();
      finish({ step: 'dial', reason });
    };
    const onError = (error: NodeJS.ErrnoException): void => fail(error.code ?? error.message);
    const onAbort = (): void => fail('it was given up');
    const timer = setTimeout(() => fail('no answer within 10 s'), dialMs);
    const finish = (result: Socket | NoLink): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      socket.on('error', () => {});
      resolve(result);
    };
    socket.once(tls ? 'secureConnect' : 'connect', () => finish(prepared(socket)));
    socket.on('error', onError);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

const isName = (host: string): boolean => !/^[\d.]+$/.test(host) && !host.includes(':');

function prepared(socket: Socket): Socket {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 10_000);
  return socket;
}

export interface Listening {
  readonly address: Address;
  close(): Promise<void>;
}

/** Connections beyond this are closed at once: more never ask at the same time. */
const mostConnections = 32;

/**
 * Listens, and gives every link of the wanted role that proves that it has the token.
 *
 * @throws UserError where it cannot listen there
 */
export async function listen(
  at: Address,
  token: string,
  role: Role,
  tls: TlsFiles | null,
  accepted: (link: Link) => void,
  refused: (from: string) => void,
): Promise<Listening> {
  const open = new Set<Socket>();
  const greet = async (socket: Socket): Promise<void> => {
    socket.on('error', () => {});
    if (open.size >= mostConnections) return void socket.destroy();
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const greeting = await welcome(prepared(socket), token, role);
    if (greeting === 'done') return accepted(linkOver(socket));
    if (greeting === 'refused') refused(socket.remoteAddress ?? 'somewhere');
    socket.destroy();
  };
  const server = serverFor(tls, socket => void greet(socket));
  await bound(server, at);
  const bind = server.address();
  return {
    address: { host: at.host, port: typeof bind === 'object' && bind ? bind.port : at.port },
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise(resolve => void server.close(() => resolve()));
    },
  };
}

function serverFor(tls: TlsFiles | null, greet: (socket: Socket) => void): Server {
  if (!tls) return createPlainServer(greet);
  if (!tls.cert || !tls.key) {
    throw new UserError(
      'Cannot listen with TLS: it needs a certificate and its key.',
      'Give both files, as docs/devices/agent.md shows.',
    );
  }
  const cert = Buffer.from(readBytes(tls.cert, 'the TLS certificate'));
  const key = Buffer.from(readBytes(tls.key, 'the key of the TLS certificate'));
  const server = createTlsServer({ cert, key, handshakeTimeout: dialMs }, greet);
  server.on('tlsClientError', (_error, socket) => void socket.destroy());
  return server;
}

function bound(server: Server, at: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new UserError(
          `Cannot listen at ${addressText(at)}: ${error.code ?? error.message}.`,
          'Name another port, or stop what uses this one.',
          { cause: error },
        ),
      );
    });
    server.listen({ host: at.host, port: at.port }, resolve);
  });
}
