/** Who is answered, and who is not: forged hosts and origins, encoded paths, tokens, bodies, long headers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judge } from '../../src/serve/gate.ts';
import { hostIn, hostRule } from '../../src/serve/hosts.ts';
import { studyOf } from '../study/read/random-study.ts';
import { ask, cookieOf, raw, type Served, served } from './requests.ts';

const trials = [{ ratio: 0.5, correct: [true, true, false, true], disturbed: false, confirmed: null, change: null }];
let page: Served;
let cookie: string;

beforeAll(async () => {
  const { store } = await studyOf(trials);
  page = await served(store, { allowedHosts: ['build.example.org'] });
  cookie = await cookieOf(page);
});
afterAll(() => page.close());

const withCookie = (headers: Record<string, string> = {}) => ({ headers: { cookie, ...headers } });

test('whoever has the cookie reads a study; every answer has the headers that keep others out', async () => {
  for (const path of ['/', '/main.js', '/api/studies', '/nowhere', '/?token=wrong']) {
    const { headers, status } = await ask(page.port, path, withCookie());
    expect([path, status]).toEqual([path, { '/nowhere': 404, '/?token=wrong': 303 }[path] ?? 200]);
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(Object.keys(headers).filter(name => name.startsWith('access-control'))).toEqual([]);
  }
  const { body } = await ask(page.port, '/api/studies', withCookie());
  expect(JSON.parse(body).studies).toHaveLength(1);
});

test('a token works once and becomes a cookie that no script and no other site can use; then there is a new one', async () => {
  const before = page.address();
  const { search } = new URL(before);
  const first = await ask(page.port, `/${search}`);
  expect(first.status).toBe(303);
  expect(first.headers.location).toBe('/');
  expect(first.headers['set-cookie']).toEqual([
    expect.stringMatching(new RegExp(`^rankfront-${page.port}=[\\w-]{40,}; Path=/; HttpOnly; SameSite=Strict$`)),
  ]);
  expect((await ask(page.port, `/${search}`)).headers['set-cookie']).toBeUndefined();
  expect(page.address()).not.toBe(before);
  expect(page.notes.at(-1)).toContain(page.address());
  // Looking whether it is there does not use it up.
  const next = new URL(page.address()).search;
  expect((await ask(page.port, `/${next}`, { method: 'HEAD' })).headers['set-cookie']).toBeUndefined();
  expect((await ask(page.port, `/${next}`)).headers['set-cookie']).toHaveLength(1);
});

test('without the cookie, or with a wrong one, nothing of a study is told', async () => {
  const name = cookie.split('=')[0];
  const wrong = [
    '',
    `${name}=`,
    `${name}=x`,
    cookie.slice(0, -1),
    `${cookie}x`,
    `other=1; ${name}=guess`,
    cookie.replace(/\d+=/, '1='),
  ];
  for (const path of ['/api/studies', '/api/front?study=toy', '/api/events'])
    for (const each of wrong) {
      const { status, body } = await ask(page.port, path, { headers: each === '' ? {} : { cookie: each } });
      expect([each, status]).toEqual([each, 403]);
      expect(body).not.toMatch(/toy|hypervolume/);
    }
  expect((await ask(page.port, '/api/studies?token=wrong')).status).toBe(403);
  expect((await ask(page.port, '/api/studies', { headers: { cookie: `a=b; ${cookie}; c=d` } })).status).toBe(200);
});

test('a page that was made to resolve to this machine names its own host, and is refused before anything is looked up', async () => {
  const foreign = [
    'evil.example',
    `evil.example:${page.port}`,
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'localhost@evil.example',
    '[::1',
    '127.0.0.1 evil',
    '2130706433',
    '0x7f.1',
  ];
  for (const path of ['/', '/main.js', '/api/studies', '/api/events', '/../api/studies', '/?token=x'])
    for (const host of foreign) {
      const { status, body } = await ask(page.port, path, withCookie({ host }));
      expect([host, path, status]).toEqual([host, path, 421]);
      expect(body).not.toContain('toy');
    }
  for (const host of ['', 'Host:\r\n', 'Host: evil.example\r\nHost: 127.0.0.1\r\n'])
    expect(
      await raw(page.port, `GET /api/studies HTTP/1.1\r\n${host}Cookie: ${cookie}\r\nConnection: close\r\n\r\n`),
    ).toMatch(/^HTTP\/1.1 4(00|21) /);
  for (const host of [
    'localhost',
    `LOCALHOST:${page.port}`,
    '127.0.0.1:1',
    '[::1]:9',
    'build.example.org',
    'Build.Example.org.:80',
  ])
    expect([host, (await ask(page.port, '/api/studies', withCookie({ host }))).status]).toEqual([host, 200]);
});

test('a script of another site is refused by its origin, though it had the cookie', async () => {
  const own = `127.0.0.1:${page.port}`;
  for (const origin of [
    'https://evil.example',
    'null',
    `http://localhost:${page.port}`,
    `http://${own}.evil.example`,
    'http://127.0.0.1',
    'file://',
  ])
    expect([origin, (await ask(page.port, '/api/studies', withCookie({ origin }))).status]).toEqual([origin, 403]);
  for (const origin of [`http://${own}`, `https://${own}`])
    expect((await ask(page.port, '/api/studies', withCookie({ origin }))).status).toBe(200);
});

test('paths are exact: none leads to a file, however it is written', async () => {
  const wanted = [
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/%2e%2e%2f%2e%2e%2fetc/passwd',
    '/main.js%00',
    '/main.js/',
    '//main.js',
    '/Main.js',
    '/./api/../api/studies/..',
    '/api/studies/',
    '/api/%73tudies',
    '/%00',
    '/api/constructor',
    '/api/__proto__',
    '/\\etc\\passwd',
  ];
  for (const path of wanted) {
    const { status } = await ask(page.port, path, withCookie());
    expect([path, [400, 404].includes(status)]).toEqual([path, true]);
  }
  // What a browser would make of it is what is routed, with the same checks.
  expect((await ask(page.port, '/x/../api/studies')).status).toBe(403);
  expect((await ask(page.port, '/x/%2e%2e/api/studies', withCookie())).status).toBe(200);
});

test('only GET and HEAD, without a body, and not for long', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])
    expect([method, (await ask(page.port, '/api/studies', { method, ...withCookie() })).status]).toEqual([method, 405]);
  const host = `Host: 127.0.0.1:${page.port}\r\n`;
  expect(await raw(page.port, `GET / HTTP/1.1\r\n${host}Content-Length: 5000000000\r\n\r\n`)).toMatch(
    /^HTTP\/1.1 413 /,
  );
  expect(await raw(page.port, `GET / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`)).toMatch(
    /^HTTP\/1.1 413 /,
  );
  expect(await raw(page.port, `GET /${'x'.repeat(5000)} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)).toMatch(
    /^HTTP\/1.1 414 /,
  );
  expect(await raw(page.port, `GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(40_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
  expect(await raw(page.port, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  expect(
    await raw(page.port, `GET http://evil.example/api/studies HTTP/1.1\r\n${host}Connection: close\r\n\r\n`),
  ).toMatch(/^HTTP\/1.1 400 /);
  expect(await raw(page.port, `GET / HTTP/1.1\r\n${host}Host: evil.example\r\nConnection: close\r\n\r\n`)).toMatch(
    /^HTTP\/1.1 4(00|21) /,
  );
  expect((await ask(page.port, '/api/studies', withCookie())).status).toBe(200);
});

test('what a query asks for in vain is told in a sentence', async () => {
  const cases: [string, number][] = [
    ['/api/front', 400],
    ['/api/front?study=none', 404],
    ['/api/trial?study=toy', 400],
    ['/api/trial?study=toy&number=99', 404],
    ['/api/trial?study=toy&number=-1', 400],
    ['/api/trials?study=toy&after=x', 400],
  ];
  const { studies } = JSON.parse((await ask(page.port, '/api/studies', withCookie())).body);
  for (const [path, expected] of cases) {
    const { status, body } = await ask(
      page.port,
      path.replace('toy', encodeURIComponent(studies[0].study)),
      withCookie(),
    );
    expect([path, status]).toEqual([path, expected]);
    expect(JSON.parse(body).error.sentence).toMatch(/\.$/);
  }
  expect(page.notes.filter(line => !line.startsWith('That address'))).toEqual([]);
});

test('whoever listens on all addresses answers for bare addresses, and for no other name', () => {
  const all = hostRule('0.0.0.0', []);
  expect(['192.168.1.5', '[fe80::1]', 'localhost'].map(all)).toEqual([true, true, true]);
  expect(['evil.example', '0.0.0.0.evil.example'].map(all)).toEqual([false, false]);
  expect(hostRule('127.0.0.1', [])('192.168.1.5')).toBe(false);
  expect(() => hostRule('127.0.0.1', ['http://build'])).toThrow(/--allowed-host/);
  expect(['a b', 'a/b', '', 'a:b:c', '[::1', 'a@b'].map(hostIn)).toEqual([null, null, null, null, null, null]);
});

test('the gate looks at the host first: a refusal tells nothing of the path', () => {
  const line = {
    method: 'POST',
    url: '/'.repeat(9000),
    headers: { host: 'evil.example' },
    rawHeaders: ['Host', 'evil.example'],
  };
  expect(judge(line, hostRule('127.0.0.1', []))).toMatchObject({ status: 421 });
});
