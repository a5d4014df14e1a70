/** Changes reach whoever looks on; whoever does not read is dropped; the end is at once. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type Change, changesIn } from '../../src/serve/changes.ts';
import { eventText } from '../../src/serve/event-stream.ts';
import type { StoreWatch } from '../../src/store/watch.ts';
import { finish, studyOf } from '../study/read/random-study.ts';
import { cookieOf, type Served, served } from './requests.ts';

const trial = { ratio: 0.5, correct: [true, true, false, true], disturbed: false, confirmed: null, change: null };
const open: Served[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** The events of a stream, as they come. */
function listen(
  page: Served,
  cookie: string,
): { readonly text: () => string; readonly closed: Promise<void>; readonly end: () => void } {
  let text = '';
  const socket = connect(page.port, '127.0.0.1', () =>
    socket.write(`GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\n\r\n`),
  );
  socket.setEncoding('utf8').on('data', part => {
    text += part;
  });
  const closed = new Promise<void>(resolve => socket.on('close', () => resolve()).on('error', () => resolve()));
  return { text: () => text, closed, end: () => socket.destroy() };
}

async function until(said: () => boolean, ms = 5000): Promise<number> {
  const from = performance.now();
  while (!said()) {
    if (performance.now() - from > ms) throw new Error('it did not come');
    await sleep(5);
  }
  return performance.now() - from;
}

test('a finished trial is told within a second, whoever wrote it; comments keep the stream open', async () => {
  const { store, study } = await studyOf([trial]);
  const page = await served(store, { streamLimits: { streams: 8, waitingBytes: 65_536, commentMs: 50 } });
  open.push(page);
  const stream = listen(page, await cookieOf(page));
  await until(() => stream.text().includes(`"study":"${study.name}"`));
  expect(stream.text()).toContain('content-type: text/event-stream');
  expect(stream.text()).toContain('x-accel-buffering: no');
  await finish(store, study, 2, { ...trial, ratio: 0.4 });
  const revision = await store.studies.revision(study.id);
  expect(await until(() => stream.text().includes(`"revision":${revision}}`))).toBeLessThan(1000);
  await until(() => stream.text().includes(': still here'));
  stream.end();
});

test('a stream that is opened later is told what is, not what was', async () => {
  const { store, study } = await studyOf([trial]);
  const page = await served(store);
  open.push(page);
  const cookie = await cookieOf(page);
  const first = listen(page, cookie);
  await until(() => first.text().includes('"revision"'));
  const second = listen(page, cookie);
  await until(() => second.text().includes('"revision"'));
  expect(second.text().match(/event: change/g)).toHaveLength(1);
  expect(second.text()).toContain(`"revision":${await store.studies.revision(study.id)}`);
  first.end();
  second.end();
});

test('a reader that does not read is dropped, and costs no more than what may wait for it', async () => {
  const { store } = await studyOf([trial]);
  let revision = 0;
  // A study that changes at every look, with a name that fills the buffers of both ends soon.
  const name = 'x'.repeat(50_000);
  const studies = {
    ...store.studies,
    list: async () => [{ ...(await store.studies.list())[0]!, name }],
    get: async () => ({ ...(await store.studies.get((await store.studies.list())[0]!.name))!, name }),
    revision: async () => ++revision,
  };
  const limits = { streams: 1, waitingBytes: 100_000, commentMs: 10_000 };
  const page = await served({ ...store, studies }, { pace: { revisionsMs: 1, studiesMs: 50 }, streamLimits: limits });
  open.push(page);
  const cookie = await cookieOf(page);
  const socket = connect(page.port, '127.0.0.1', () =>
    socket.write(`GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\n\r\n`),
  );
  socket.pause();
  await sleep(200);
  const asked = (): Promise<number> =>
    fetch(`http://127.0.0.1:${page.port}/api/events`, { headers: { cookie } }).then(async answer => {
      await answer.body?.cancel();
      return answer.status;
    });
  // There is room for one stream: that it is free again shows that the first was dropped.
  let status = await asked();
  for (let i = 0; i < 200 && status === 503; i++) {
    await sleep(20);
    status = await asked();
  }
  expect(status).toBe(200);
  socket.destroy();
}, 20_000);

test('closing ends open streams at once', async () => {
  const { store } = await studyOf([trial]);
  const page = await served(store);
  const stream = listen(page, await cookieOf(page));
  await until(() => stream.text().includes('"revision"'));
  const from = performance.now();
  await page.close();
  await stream.closed;
  expect(performance.now() - from).toBeLessThan(500);
});

test('the store is asked only while somebody listens, and a study that goes is told', async () => {
  const { store, study } = await studyOf([trial]);
  let [looks, there] = [0, true];
  const studies = {
    ...store.studies,
    list: async () => (there ? await store.studies.list() : []),
    revision: async (id: number) => {
      looks++;
      return store.studies.revision(id);
    },
  };
  const failures: unknown[] = [];
  const changes = changesIn({ studies }, error => failures.push(error), { revisionsMs: 5, studiesMs: 10 });
  await sleep(40);
  expect(looks).toBe(0);
  const heard: Change[] = [];
  const stop = changes.listen(change => heard.push(change));
  await until(() => heard.length === 1);
  await sleep(50);
  // The same revision is told once.
  expect(heard).toEqual([{ study: study.name, revision: await store.studies.revision(study.id) }]);
  there = false;
  await until(() => heard.length === 2);
  expect(heard[1]).toEqual({ study: study.name, revision: null });
  stop();
  await sleep(30);
  const after = looks;
  await sleep(40);
  expect(looks).toBe(after);
  expect(failures).toEqual([]);
  changes.close();
});

test('a store that tells of writes by itself is asked when it tells, and never besides', async () => {
  const { store, study } = await studyOf([trial]);
  let woken: (() => Promise<void>) | null = null;
  const watch: StoreWatch = changed => {
    woken = changed;
    return () => {
      woken = null;
    };
  };
  const changes = changesIn({ studies: store.studies, watch }, error => expect.fail(String(error)), {
    revisionsMs: 1,
    studiesMs: 1e9,
  });
  const heard: Change[] = [];
  const stop = changes.listen(change => heard.push(change));
  const told = async (): Promise<void> => (woken ?? expect.fail)();
  await finish(store, study, 2, { ...trial, ratio: 0.4 });
  await sleep(20);
  expect(heard).toEqual([]);
  await told();
  expect(heard).toEqual([{ study: study.name, revision: await store.studies.revision(study.id) }]);
  await told();
  expect(heard).toHaveLength(1);
  const { id: _, state: __, createdAtMs: ___, ...same } = study;
  await store.studies.create({ ...same, name: 'another' });
  await told();
  expect(heard.at(-1)).toEqual({ study: 'another', revision: 0 });
  stop();
  expect(woken).toBeNull();
});

test('an event is one line of JSON, whatever the name of the study', () => {
  const text = eventText(7, { study: 'a\n\ndata: b\r', revision: 1 });
  expect(text.split('\n').filter(line => line !== '')).toHaveLength(3);
  expect(
    JSON.parse(text.split('data: ')[1] + (text.split('data: ')[2] ? `data: ${text.split('data: ')[2]}` : '')),
  ).toEqual({
    study: 'a\n\ndata: b\r',
    revision: 1,
  });
});
