/**
 * As much of PostgreSQL's protocol (version 3.0) as statements with parameters take, over a Unix socket and without a password: enough
 * to run the queries of the store on a real server in a test.
 */
import { connect, type Socket } from 'node:net';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';

export interface Wire {
  readonly connection: DatabaseConnection;
  /** Of the server's process. */
  readonly pid: number;
  close(): Promise<void>;
}

interface Column {
  readonly name: string;
  readonly type: number;
}

const encoder = new TextEncoder();

export async function connectWire(socketPath: string, database: string): Promise<Wire> {
  const socket = connect(socketPath);
  const messages = messagesOf(socket);
  const startup = text(`user\0postgres\0database\0${database}\0\0`);
  socket.write(Buffer.concat([int32(startup.length + 8), int32(196_608), startup]));
  let pid = 0;
  for (;;) {
    const { type, body } = await messages();
    if (type === 'E') throw errorIn(body);
    if (type === 'K') pid = body.readInt32BE(0);
    if (type === 'Z') break;
  }
  const executeQuery = async <R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> => {
    socket.write(Buffer.concat([parse(sql), bind(parameters), describe, execute, sync]));
    let columns: Column[] = [];
    const rows: R[] = [];
    let affected = 0n;
    let failed: Error | null = null;
    for (;;) {
      const { type, body } = await messages();
      if (type === 'T') columns = columnsIn(body);
      if (type === 'D') rows.push(rowIn(body, columns) as R);
      if (type === 'C') affected = BigInt(/\d+(?=\0)/.exec(body.toString('latin1'))?.[0] ?? 0);
      if (type === 'E') failed = errorIn(body);
      if (type === 'Z') break;
    }
    if (failed) throw failed;
    return { rows, numAffectedRows: affected };
  };
  return {
    pid,
    connection: {
      executeQuery,
      streamQuery: () => {
        throw new Error('no statement of the store is streamed');
      },
    },
    close: () =>
      new Promise(resolve => {
        socket.once('close', resolve);
        socket.end(message('X'));
      }),
  };
}

/** One message after the other. */
function messagesOf(socket: Socket): () => Promise<{ readonly type: string; readonly body: Buffer }> {
  let bytes = Buffer.alloc(0);
  let wake = (): void => {};
  let failure: Error | null = null;
  socket.on('data', chunk => {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    wake();
  });
  for (const event of ['error', 'close'])
    socket.on(event, (error?: unknown) => {
      failure = error instanceof Error ? error : new Error('the server closed the connection');
      wake();
    });
  return async () => {
    for (;;) {
      const length = bytes.length < 5 ? Number.POSITIVE_INFINITY : bytes.readInt32BE(1) + 1;
      if (bytes.length >= length) {
        const [type, body] = [String.fromCharCode(bytes[0]!), bytes.subarray(5, length)];
        bytes = bytes.subarray(length);
        return { type, body };
      }
      if (failure) throw failure;
      await new Promise<void>(resolve => {
        wake = resolve;
      });
    }
  };
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const int16 = (value: number): Buffer => int32(value).subarray(2);
const text = (value: string): Buffer => Buffer.from(encoder.encode(value));
const message = (type: string, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
};

const parse = (sql: string): Buffer => message('P', text(`\0${sql}\0`), int16(0));
const describe = message('D', text('P\0'));
const execute = message('E', text('\0'), int32(0));
const sync = message('S');

/** All as text; the server knows what a parameter is from where it stands. */
const bind = (parameters: readonly unknown[]): Buffer =>
  message(
    'B',
    text('\0\0'),
    int16(0),
    int16(parameters.length),
    ...parameters.flatMap(value => {
      if (value === null || value === undefined) return [int32(-1)];
      const bytes = text(value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : String(value));
      return [int32(bytes.length), bytes];
    }),
    int16(0),
  );

function columnsIn(body: Buffer): Column[] {
  const columns: Column[] = [];
  let at = 2;
  for (let i = body.readInt16BE(0); i > 0; i--) {
    const end = body.indexOf(0, at);
    columns.push({ name: body.toString('utf8', at, end), type: body.readInt32BE(end + 7) });
    at = end + 19;
  }
  return columns;
}

function rowIn(body: Buffer, columns: readonly Column[]): Record<string, unknown> {
  let at = 2;
  return Object.fromEntries(
    columns.map(({ name, type }) => {
      const length = body.readInt32BE(at);
      at += 4 + Math.max(0, length);
      return [name, length < 0 ? null : valueIn(type, body.toString('utf8', at - length, at))];
    }),
  );
}

/** By the numbers of pg_type: bytea; int8, int2, int4; float4, float8, numeric; the rest is text. */
function valueIn(type: number, value: string): unknown {
  if (type === 17) return Uint8Array.from(Buffer.from(value.slice(2), 'hex'));
  return [20, 21, 23, 700, 701, 1700].includes(type) ? Number(value) : value;
}

/** Fields of one letter and a text each. */
function errorIn(body: Buffer): Error {
  const fields = body.toString('utf8').split('\0');
  const found = fields.find(field => field.startsWith('M'))?.slice(1) ?? 'an error of the server';
  return Object.assign(new Error(found), { code: fields.find(field => field.startsWith('C'))?.slice(1) });
}
