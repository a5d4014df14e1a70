import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { type Message, receiveMessages, sendMessage } from '../../../src/train/torch/link.ts';

test('messages come in whole however they are cut on the way', () => {
  const written: Buffer[] = [];
  const out = { write: (data: Uint8Array) => written.push(Buffer.from(data)) } as unknown as Socket;
  const sent = [
    { head: { do: 'state' }, data: new Uint8Array(0) },
    { head: { value: ['ä', 1.5, null] }, data: Uint8Array.from({ length: 1000 }, (_, i) => i) },
    { head: { do: 'close' }, data: Uint8Array.of(7) },
  ];
  for (const { head, data } of sent) sendMessage(out, head, data);
  const all = Buffer.concat(written);
  for (const size of [1, 3, 5, 17, 400, all.length]) {
    const socket = new EventEmitter();
    const got: Message[] = [];
    const refuse = (what: string) => expect.fail(what);
    receiveMessages(socket as Socket, message => got.push(message), refuse);
    for (let at = 0; at < all.length; at += size) socket.emit('data', all.subarray(at, at + size));
    expect(got.map(({ head, data }) => [head, [...data]])).toEqual(
      sent.map(({ head, data }) => [{ ...head, bytes: data.length }, [...data]]),
    );
  }
});

test('what is no message is told of once, and nothing behind it is read', () => {
  for (const text of ['{"value": {"loss": NaN}, "bytes": 0}', '{"value": 1}', 'null', '{"bytes": -1}']) {
    const socket = new EventEmitter();
    const got: Message[] = [];
    const garbled: string[] = [];
    receiveMessages(
      socket as Socket,
      message => got.push(message),
      what => garbled.push(what),
    );
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    for (let times = 0; times < 2; times++) socket.emit('data', Buffer.concat([length, Buffer.from(text)]));
    expect(garbled).toEqual([text]);
    expect(got).toEqual([]);
  }
});
