/** The agent's scorer by itself: a child that stays, or one for each scoring where memory is short. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openBlobStore } from '../../src/agent/blob-store.ts';
import { farScorer } from '../../src/agent/far-scorer.ts';
import { networkFrom } from '../../src/evaluate/answer-json.ts';
import { sha256Of } from '../../src/host/model-file.ts';
import { byColour, writeClassifier } from '../evaluate/tiny-classifier.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-far-scorer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const session = { provider: 'cpu', threads: 1, graphOptimization: 'all' } as const;

test.each([true, false])('answers again and again (keeps its child: %s)', async keeps => {
  const store = openBlobStore(join(folder, `${keeps}`), 1e7);
  const bytes = readFileSync(writeClassifier(join(folder, 'm.onnx'), { weights: byColour }));
  const model = sha256Of(bytes);
  store.put(model, bytes);
  const scorer = farScorer(session, store, keeps);
  try {
    for (let i = 0; i < 2; i++) {
      const work = { kind: 'describe', model, heads: [], timeoutMs: 60_000 } as const;
      const said = await scorer.answer({ ...work, heads: [] }, new AbortController().signal);
      if (said.state === 'failed') throw new Error(said.detail);
      expect(networkFrom(said.value)).toMatchObject({ value: { output: 'scores', classes: 3 } });
    }
  } finally {
    await scorer.close();
  }
});

test('what was given up fails, and the next one starts afresh', async () => {
  const store = openBlobStore(join(folder, 'given-up'), 1e7);
  const bytes = readFileSync(writeClassifier(join(folder, 'm.onnx'), { weights: byColour }));
  store.put(sha256Of(bytes), bytes);
  const scorer = farScorer(session, store, true);
  const work = { kind: 'describe', model: sha256Of(bytes), heads: [], timeoutMs: 60_000 } as const;
  try {
    const end = new AbortController();
    const given = scorer.answer({ ...work, heads: [] }, end.signal);
    end.abort();
    expect(await given).toMatchObject({ state: 'failed', reason: 'interrupted' });
    expect(await scorer.answer({ ...work, heads: [] }, new AbortController().signal)).toMatchObject({
      state: 'complete',
    });
  } finally {
    await scorer.close();
  }
});

test('answers that do not read as they should are a failure, with the place', () => {
  expect(networkFrom({ inputs: [], output: 3, classes: 3, outputs: [] })).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('(output)'),
  });
});
