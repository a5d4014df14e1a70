/** What every scorer promises; each implementation passes it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Score, ScoreBudget, Scorer } from '../../src/evaluate/scorer.ts';
import { pairedAccuracy } from '../../src/stats/paired-answers.ts';
import { demandPlace } from '../device/contract.ts';

export interface ScorerCase {
  readonly scorer: Scorer;
  /** A model that is right on some images and wrong on others, another that differs from it, and one that cannot be loaded. */
  readonly model: string;
  readonly other: string;
  readonly broken: string;
  /** How many of `all` images `model` gets right: known without the scorer. */
  readonly right: number;
  readonly images: number;
}

export function scorerContract(name: string, open: () => Promise<ScorerCase>): void {
  describe(`${name} keeps the contract of a scorer`, () => {
    let given: ScorerCase;
    const score = async (path: string, images: ScoreBudget['images']): Promise<Score> => {
      const attempt = await given.scorer.accuracy(path, { images, timeoutMs: 60_000 });
      if (attempt.state === 'failed') throw new Error(attempt.detail);
      return attempt.value;
    };
    beforeAll(async () => {
      given = await open();
    });
    afterAll(() => given.scorer.close());

    it('counts what is known to be right', async () => {
      const { correct, accuracy, predictions = [] } = await score(given.model, 'all');
      expect(correct.length).toBe(given.images);
      expect(predictions.length).toBe(given.images);
      expect(sumOf(correct)).toBe(given.right);
      expect(accuracy).toBe(given.right / given.images);
    });
    it('gives the binomial standard error', async () => {
      const { accuracy, standardError, correct } = await score(given.model, 'all');
      expect(standardError).toBeCloseTo(Math.sqrt((accuracy * (1 - accuracy)) / correct.length), 12);
    });
    it('splits all images into proxy and confirm', async () => {
      const [proxy, confirm] = [await score(given.model, 'proxy'), await score(given.model, 'confirm')];
      const sum = (each: Score): number => sumOf(each.correct);
      expect(proxy.correct.length + confirm.correct.length).toBe(given.images);
      expect(proxy.correct.length).toBeGreaterThan(0);
      expect(sum(proxy) + sum(confirm)).toBe(given.right);
    });
    it('says the same again', async () => {
      const [first, second] = [await score(given.model, 'proxy'), await score(given.model, 'proxy')];
      expect({ ...second, wallMs: 0, load: 0 }).toEqual({ ...first, wallMs: 0, load: 0 });
    });
    it('scores models on the same images, so that they pair', async () => {
      const [a, b] = [await score(given.model, 'all'), await score(given.other, 'all')];
      const { drop, lost, gained } = pairedAccuracy(a.correct, b.correct);
      expect(lost + gained).toBeGreaterThan(0);
      expect(drop).toBeCloseTo(a.accuracy - b.accuracy, 12);
    });
    it('says where it was, as plain JSON', async () => {
      const { environment, load } = await score(given.model, 'proxy');
      demandPlace({ environment, load });
      expect(JSON.parse(JSON.stringify({ environment, load }))).toEqual({ environment, load });
    });
    it('fails on a model that cannot be loaded, and goes on', async () => {
      const attempt = await given.scorer.accuracy(given.broken, { images: 'proxy', timeoutMs: 60_000 });
      expect(attempt).toMatchObject({ state: 'failed', reason: 'runtime-rejected' });
      expect((await score(given.model, 'proxy')).accuracy).toBeGreaterThan(0);
    });
    it('is over once closed', async () => {
      await given.scorer.close();
      const attempt = await given.scorer.accuracy(given.model, { images: 'proxy', timeoutMs: 60_000 });
      expect(attempt).toMatchObject({ state: 'failed', reason: 'interrupted' });
    });
  });
}

const sumOf = (marks: ArrayLike<number>): number => Array.from(marks).reduce((a, b) => a + b, 0);
