/**
 * Both ends prove that they have the token before anything else is said; the token itself is never sent. D dialled, A was dialled, r is the role of D:
 * D: mark r d    A: a    D: HMAC(token, "dialled" r d a)    A: HMAC(token, "accepted" r d a), with random d and a of 32 bytes.
 * (Challenge and response as in ISO/IEC 9798-4, mechanism 3, mutual.) It proves who connects; what is said later is kept secret by TLS or SSH alone.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { take } from './take.ts';

/** What the one who dials is: a search that wants to measure, or a device that offers itself. */
export type Role = 'client' | 'device';

const mark = Buffer.from('RFAGENT1');
const nonceBytes = 32;
const roleByte = { client: 0x63, device: 0x64 } as const;
/** The whole of it; whoever is slower is cut off. */
const handshakeMs = 10_000;

const proof = (token: string, side: 'dialled' | 'accepted', role: Role, dialled: Buffer, accepted: Buffer): Buffer =>
  createHmac('sha256', token).update(side).update(role).update(dialled).update(accepted).digest();

/** `silent`: the other end closed or said nothing; `refused`: it closed when it saw our proof, or gave a wrong one. */
export type Greeting = 'done' | 'silent' | 'refused';

/** The side that dialled. */
export async function introduce(socket: Duplex, token: string, role: Role): Promise<Greeting> {
  const mine = randomBytes(nonceBytes);
  socket.write(Buffer.concat([mark, Buffer.of(roleByte[role]), mine]));
  const theirs = await take(socket, nonceBytes, handshakeMs);
  if (!theirs) return 'silent';
  socket.write(proof(token, 'dialled', role, mine, theirs));
  const answer = await take(socket, nonceBytes, handshakeMs);
  if (!answer) return 'refused';
  return timingSafeEqual(answer, proof(token, 'accepted', role, mine, theirs)) ? 'done' : 'refused';
}

/** The side that was dialled. Whoever does not begin as he must, or cannot prove that he has the token, is told nothing. */
export async function welcome(socket: Duplex, token: string, role: Role): Promise<Greeting> {
  const deadline = performance.now() + handshakeMs;
  const left = (): number => Math.max(1, deadline - performance.now());
  const hello = await take(socket, mark.length + 1 + nonceBytes, left());
  if (!hello) return 'silent';
  if (!hello.subarray(0, mark.length).equals(mark) || hello[mark.length] !== roleByte[role]) return 'silent';
  const theirs = hello.subarray(mark.length + 1);
  const mine = randomBytes(nonceBytes);
  socket.write(mine);
  const answer = await take(socket, nonceBytes, left());
  if (!answer) return 'silent';
  if (!timingSafeEqual(answer, proof(token, 'dialled', role, theirs, mine))) return 'refused';
  socket.write(proof(token, 'accepted', role, theirs, mine));
  return 'done';
}
