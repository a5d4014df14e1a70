/** Whoever has no token is told nothing, and whoever has one cannot write elsewhere or hold the agent up. */
import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkOver } from '../../src/device/remote/frames.ts';
import { introduce } from '../../src/device/remote/handshake.ts';
import { protocolVersion } from '../../src/device/remote/messages.ts';
import { computedThere, type FarAgent, farAgent, farToken } from './far-agent.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-forged-'));
let agent: FarAgent;
beforeAll(async () => {
  agent = await farAgent(folder, computedThere, ['--cache-size', '2MB']);
});
afterAll(async () => {
  // After all of it the agent works, and has written nothing but pieces under their hashes.
  await talk(farToken, async link => {
    expect(await asked(link, { do: 'hello', protocol: protocolVersion })).toMatchObject({ kind: 'hello' });
  });
  const written = readdirSync(join(folder, 'there', 'pieces'), { recursive: true, withFileTypes: true });
  for (const entry of written) expect(entry.name).toMatch(entry.isFile() ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{2}$/);
  expect(readdirSync(folder).sort()).toEqual(expect.arrayContaining(['there', 'there.yaml', 'token']));
  expect(existsSync(join(folder, 'evil'))).toBe(false);
  await agent.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

const open = (): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(agent.port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });

/** Everything that the other end says until it closes. */
function rest(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', chunk => chunks.push(chunk));
  socket.on('error', () => {});
  return new Promise(resolve => socket.once('close', () => resolve(Buffer.concat(chunks))));
}

type Link = ReturnType<typeof linkOver>;

async function talk(token: string, work: (link: Link, socket: Socket) => Promise<void>): Promise<void> {
  const socket = await open();
  expect(await introduce(socket, token, 'client')).toBe('done');
  const link = linkOver(socket);
  await work(link, socket);
  link.close();
}

/** The answer, signs of life left out. */
async function asked(link: Link, header: object, body?: Uint8Array): Promise<unknown> {
  await link.send(header, body);
  for (;;) {
    const frame = await link.receive();
    const said = frame?.header as { kind?: string } | undefined;
    if (said?.kind !== 'state' && said?.kind !== 'note') return said ?? null;
  }
}

const mark = Buffer.from('RFAGENT1c');
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('without the token', () => {
  test.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\nmore and more and more')],
    ['noise', randomBytes(4096)],
    ['zeros', Buffer.alloc(41)],
    ['another role', Buffer.concat([Buffer.from('RFAGENT1d'), randomBytes(32)])],
    ['another version', Buffer.concat([Buffer.from('RFAGENT2c'), randomBytes(32)])],
  ])('%s is answered with nothing at all', async (_name, bytes) => {
    const socket = await open();
    const said = rest(socket);
    socket.write(bytes);
    expect((await said).length).toBe(0);
  });

  test('a wrong token, or none, is told a random number and nothing else', async () => {
    for (const token of ['', 'wrong', `${farToken}x`, farToken.slice(1)]) {
      const socket = await open();
      expect(await introduce(socket, token, 'client')).toBe('refused');
    }
    const socket = await open();
    const said = rest(socket);
    socket.write(Buffer.concat([mark, randomBytes(32)]));
    await new Promise(resolve => setTimeout(resolve, 100));
    socket.write(randomBytes(32));
    expect((await said).length).toBe(32);
    await expect.poll(agent.said).toMatch(/did not have the token/);
    expect(agent.said()).not.toContain(farToken);
  });

  test('what was seen once proves nothing again, nor does the proof of the other side', async () => {
    const seen: Buffer[] = [];
    const first = await open();
    const mine = randomBytes(32);
    const proofOf = (side: string, a: Buffer, b: Buffer): Buffer =>
      createHmac('sha256', farToken).update(side).update('client').update(a).update(b).digest();
    first.write(Buffer.concat([mark, mine]));
    const nonce = await new Promise<Buffer>(resolve => first.once('data', resolve));
    seen.push(Buffer.concat([mark, mine]), proofOf('dialled', mine, nonce));
    first.write(seen[1] ?? '');
    const answer = await new Promise<Buffer>(resolve => first.once('data', resolve));
    expect(answer.equals(proofOf('accepted', mine, nonce))).toBe(true);
    first.destroy();
    for (const replayed of [seen[1] ?? Buffer.alloc(0), answer]) {
      const socket = await open();
      const said = rest(socket);
      socket.write(seen[0] ?? '');
      await new Promise(resolve => setTimeout(resolve, 50));
      socket.write(replayed);
      expect((await said).length).toBe(32);
    }
  });

  test('whoever says nothing, or says it slowly, is cut off', { timeout: 30_000 }, async () => {
    const silent = rest(await open());
    const slow = await open();
    const slowEnd = rest(slow);
    const bytes = Buffer.concat([mark, randomBytes(32)]);
    let at = 0;
    const drip = setInterval(() => slow.writable && slow.write(bytes.subarray(at, ++at)), 400);
    const beganMs = performance.now();
    expect((await silent).length).toBe(0);
    expect((await slowEnd).length).toBe(0);
    clearInterval(drip);
    expect(performance.now() - beganMs).toBeLessThan(15_000);
  });

  test('many connections do not keep others out for ever', { timeout: 40_000 }, async () => {
    const many = await Promise.all(Array.from({ length: 60 }, open));
    const ends = many.map(rest);
    // Those beyond the limit are closed at once, the others when their time is over.
    await Promise.all(ends);
    await talk(farToken, async link => {
      expect(await asked(link, { do: 'hello', protocol: 1 })).toMatchObject({ kind: 'hello' });
    });
  });
});

describe('with the token', () => {
  const evil = ['../../evil', '..%2f..%2fevil', `${'a'.repeat(61)}/..`, 'A'.repeat(64), '', `${'a'.repeat(64)}\n`];
  const requests: readonly (readonly [string, object | null])[] = [
    ['no JSON', null],
    ['nothing that is asked', {}],
    ['an unknown request', { do: 'shell', command: 'touch evil' }],
    ['a request with more in it', { do: 'hello', protocol: 1, path: '/etc/passwd' }],
    ['an id that is none', { do: 'measure', id: '../x', work: { kind: 'peak-memory', model: 'a'.repeat(64) } }],
    [
      'a budget without bound',
      {
        do: 'measure',
        id: randomUUID(),
        work: {
          kind: 'latency',
          candidate: 'a'.repeat(64),
          reference: 'a'.repeat(64),
          budget: { halfWidth: 0.1, maxMs: 1e300, minPairs: 1, seed: 0 },
        },
      },
    ],
    ...evil.map(
      sha256 => [`the hash ${JSON.stringify(sha256)}`, { do: 'put', pieces: [{ sha256, bytes: 3 }] }] as const,
    ),
    ...evil.map(
      sha256 =>
        [
          `a model called ${JSON.stringify(sha256)}`,
          { do: 'measure', id: randomUUID(), work: { kind: 'peak-memory', model: sha256 } },
        ] as const,
    ),
    ['a manifest with a path', { do: 'assemble', manifest: { sha256: '../../evil', bytes: 3, rest: [], weights: [] } }],
    [
      'a manifest of endless size',
      { do: 'assemble', manifest: { sha256: 'a'.repeat(64), bytes: 1e18, rest: [], weights: [] } },
    ],
  ];
  test.each(requests)('%s ends the connection', async (_name, header) => {
    await talk(farToken, async (link, socket) => {
      if (header === null) {
        const lengths = Buffer.alloc(8);
        lengths.writeUInt32BE(4, 0);
        socket.write(Buffer.concat([lengths, Buffer.from('{no}')]));
      } else await link.send(header, Buffer.from('abc'));
      expect(await link.receive()).toBeNull();
    });
  });

  test('a message that says that it is longer than any is not waited for', async () => {
    for (const [text, body] of [
      [2 ** 31, 0],
      [2, 2 ** 31],
    ] as const) {
      await talk(farToken, async (link, socket) => {
        const lengths = Buffer.alloc(8);
        lengths.writeUInt32BE(text, 0);
        lengths.writeUInt32BE(body, 4);
        socket.write(lengths);
        expect(await link.receive()).toBeNull();
      });
    }
  });

  test('a piece with a hash that is not its own is refused, and so is one that is cut short', async () => {
    const bytes = Buffer.from('a piece of a model');
    await talk(farToken, async link => {
      const wrong = { do: 'put', pieces: [{ sha256: sha(Buffer.from('another')), bytes: bytes.length }] };
      expect(await asked(link, wrong, bytes)).toMatchObject({ kind: 'unable', problem: expect.stringMatching(/hash/) });
      const long = { do: 'put', pieces: [{ sha256: sha(bytes), bytes: bytes.length + 1 }] };
      expect(await asked(link, long, bytes)).toMatchObject({ kind: 'unable' });
      const right = { do: 'put', pieces: [{ sha256: sha(bytes), bytes: bytes.length }] };
      expect(await asked(link, right, bytes)).toEqual({ kind: 'done' });
    });
    const kept = readdirSync(join(folder, 'there', 'pieces'), { recursive: true }).map(String);
    expect(kept).toContain(join(sha(bytes).slice(0, 2), sha(bytes)));
    expect(kept.join('\n')).not.toContain(sha(Buffer.from('another')));
  });

  test('what is too large for the cache is refused with the way out', async () => {
    await talk(farToken, async link => {
      const bytes = randomBytes(2_500_000);
      expect(
        await asked(link, { do: 'put', pieces: [{ sha256: sha(bytes), bytes: bytes.length }] }, bytes),
      ).toMatchObject({
        kind: 'unable',
        wayOut: expect.stringMatching(/--cache-size/),
      });
    });
  });

  test('a manifest whose pieces make another file is refused', async () => {
    const bytes = Buffer.from('some other bytes');
    await talk(farToken, async link => {
      await asked(link, { do: 'put', pieces: [{ sha256: sha(bytes), bytes: bytes.length }] }, bytes);
      const manifest = { sha256: sha(Buffer.from('not these')), bytes: bytes.length, rest: [sha(bytes)], weights: [] };
      expect(await asked(link, { do: 'assemble', manifest })).toMatchObject({ kind: 'unable' });
      expect(
        await asked(link, { do: 'measure', id: randomUUID(), work: { kind: 'peak-memory', model: manifest.sha256 } }),
      ).toEqual({
        kind: 'missing',
        sha256s: [manifest.sha256],
      });
    });
  });
});
