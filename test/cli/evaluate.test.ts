/** `rankfront evaluate --stdin` as another tuner sees it: a child process that answers line by line. */
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, rankfront, type Started, start } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

interface Problem {
  readonly kind: 'problem';
  readonly images: number;
  readonly sites: readonly { readonly name: string; readonly ladder: readonly string[] }[];
  readonly ladderLengths: readonly number[];
  readonly objectives: readonly { readonly name: string; readonly goal: string }[];
  readonly reference: readonly number[];
  readonly dense: Answer;
}

interface Answer {
  readonly id: string | number | null;
  readonly state?: string;
  readonly values?: readonly number[];
  readonly standardErrors?: readonly number[];
  readonly macs?: number;
  readonly params?: number;
  readonly modelSha256?: string;
  readonly error?: string;
}

let world: World;
beforeAll(() => {
  world = makeWorld();
});
afterAll(() => world.remove());

const args = (...more: string[]): string[] => {
  const search = world.search();
  const from = (flag: string): string[] => [flag, search[search.indexOf(flag) + 1] ?? ''];
  return [
    'evaluate',
    '--accept-dense',
    '--calibration',
    'none',
    ...from('--model'),
    ...from('--data'),
    ...from('--hardware'),
    ...more,
  ];
};

/** Sends a line and waits for its answer, as a tuner does. */
function converse({ child }: Started): { next(): Promise<unknown>; ask(line: string): Promise<Answer> } {
  if (!child.stdout || !child.stdin) throw new Error('a child with pipes');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => JSON.parse((await lines.next()).value ?? 'null');
  return {
    next,
    ask: async line => {
      child.stdin?.write(`${line}\n`);
      return (await next()) as Answer;
    },
  };
}

describe('a tuner of somebody else', () => {
  let started: Started;
  let talk: ReturnType<typeof converse>;
  let problem: Problem;
  beforeAll(async () => {
    started = start(args('--stdin', '--images', '60'), world.env, undefined, 'pipe');
    talk = converse(started);
    problem = (await talk.next()) as Problem;
  }, 60_000);

  test('is told the sites, their ladders, the objectives and the dense model', () => {
    expect(problem.kind).toBe('problem');
    expect(problem.sites.map(({ name }) => name)).toEqual(['conv1', 'conv2', 'conv3']);
    expect(problem.ladderLengths).toEqual(problem.sites.map(({ ladder }) => ladder.length));
    for (const { ladder } of problem.sites) expect(ladder.at(-1)).toBe('dense');
    expect(problem.objectives.map(({ name, goal }) => `${name} ${goal}`)).toEqual([
      'latency minimise',
      'error minimise',
    ]);
    expect(problem.images).toBe(60);
    expect(problem.dense.values?.[0]).toBe(1);
    expect(problem.reference).toEqual([1.1, 1]);
  });

  test('gets for the dense configuration what it was told, and for the cheapest one less of everything', async () => {
    const dense = problem.ladderLengths.map(length => length - 1);
    const same = await talk.ask(JSON.stringify({ id: 'a', configuration: dense }));
    expect(same).toEqual({ ...problem.dense, id: 'a' });
    const cheapest = await talk.ask(JSON.stringify({ id: 2, configuration: dense.map(() => 0) }));
    expect(cheapest.id).toBe(2);
    expect(cheapest.state).toBe('complete');
    expect(cheapest.values?.[0]).toBeLessThan(1);
    expect(cheapest.macs).toBeLessThan(same.macs ?? 0);
    expect(cheapest.params).toBeLessThan(same.params ?? 0);
  });

  test('may name rungs by site: the same candidate, the same answer', async () => {
    const [first] = problem.sites;
    if (!first) throw new Error('no site');
    const configuration = problem.ladderLengths.map((length, i) => (i === 0 ? 0 : length - 1));
    const byNumber = await talk.ask(JSON.stringify({ id: 3, configuration }));
    const byName = await talk.ask(JSON.stringify({ id: 3, assignment: { [first.name]: first.ladder[0] } }));
    expect(byNumber.modelSha256).not.toBe(problem.dense.modelSha256);
    expect(byName).toEqual(byNumber);
  });

  test.each([
    ['no JSON', 'rank 3', null, /expected a JSON object/],
    ['half a line', '{"id": 4, "config', null, /expected a JSON object/],
    ['a list', '[0, 0]', null, /^expected a JSON object on the line, found a list of 2$/],
    ['null', 'null', null, /^expected a JSON object on the line, found null$/],
    ['an id of another kind', '{"id": {}}', null, /^id: expected a string, or a number, found a mapping$/],
    [
      'a configuration that is no list',
      '{"id": 4, "configuration": "dense"}',
      4,
      /^configuration: expected a list, found "dense"$/,
    ],
    ['neither way to name rungs', '{"id": 4}', 4, /either "configuration".*or "assignment"/],
    ['too few rungs', '{"id": 5, "configuration": [0]}', 5, /expected 3 rungs, one per site, found 1/],
    ['a rung that is not there', '{"id": 6, "configuration": [0, 0, 99]}', 6, /expected a rung of 0 to \d+ at "conv3"/],
    [
      'no whole number',
      '{"id": 7, "configuration": [0.5, 0, 0]}',
      7,
      /^configuration\[0\]: expected a whole number, found 0\.5$/,
    ],
    ['an unknown site', '{"id": "x", "assignment": {"conv9": "dense"}}', 'x', /"conv9" is no site/],
    [
      'an unknown rung',
      '{"id": 8, "assignment": {"conv3": "svd 999"}}',
      8,
      /"svd 999" is not on the ladder of "conv3"/,
    ],
    [
      'a key that means nothing',
      '{"id": 9, "ranks": []}',
      9,
      /^"ranks": unknown key; known are id, configuration, assignment$/,
    ],
  ])('is told what is wrong with %s, and is heard again', async (_, line, id, message) => {
    const answer = await talk.ask(line);
    expect(answer.id).toBe(id);
    expect(answer.error).toMatch(message);
    expect(answer.state).toBeUndefined();
  });

  test('ends it by ending the input', async () => {
    const dense = problem.ladderLengths.map(length => length - 1);
    started.child.stdin?.end(`\n${JSON.stringify({ id: 'last', configuration: dense })}`);
    expect(((await talk.next()) as Answer).id).toBe('last');
    const ended: Ended = await started.ended;
    expect(ended.status).toBe(0);
    // Three lines of this world's dense model, which is near chance; no error beside it.
    expect(ended.stderr).toMatch(/^The dense model scores/);
  });
});

test('several requests at once are answered in their order', async () => {
  const started = start(args('--stdin', '--images', '40'), world.env, undefined, 'pipe');
  started.child.stdin?.end([0, 1, 0].map((rung, id) => JSON.stringify({ id, configuration: [rung, 0, 0] })).join('\n'));
  const { stdout, status } = await started.ended;
  expect(status).toBe(0);
  const [, ...answers] = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Answer);
  expect(answers.map(({ id }) => id)).toEqual([0, 1, 2]);
  expect(answers[2]).toEqual({ ...answers[0], id: 2 });
  expect(answers[1]?.modelSha256).not.toBe(answers[0]?.modelSha256);
}, 60_000);

test('without --stdin it says what to do', async () => {
  const { status, stderr } = await rankfront(args(), world.env);
  expect(status).toBe(2);
  expect(stderr).toMatch(/no --stdin.*one JSON object per line/);
});

test('Ctrl-C between requests ends it', async () => {
  const started = start(args('--stdin', '--images', '40'), world.env, undefined, 'pipe');
  await converse(started).next();
  started.child.kill('SIGINT');
  expect((await started.ended).status).toBe(130);
}, 60_000);
