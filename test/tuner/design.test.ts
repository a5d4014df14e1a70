import { describe, expect, it } from 'vitest';
import { contradicted, designOf } from '../../src/tuner/design.ts';
import { priorFront } from '../../src/tuner/first-guesses.ts';
import type { TunerPrior } from '../../src/tuner/prior.ts';
import type { Configuration, Outcome, Problem } from '../../src/tuner/strategy.ts';
import { takenIn } from '../../src/tuner/taken.ts';

const sites = 12;
const length = 5;
const problem: Problem = { ladderLengths: new Array<number>(sites).fill(length), objectives: 2 };
const ladders = (of: (site: number, rung: number) => number): number[][] =>
  Array.from({ length: sites }, (_, site) => Array.from({ length }, (_, rung) => of(site, rung)));
const saved = ladders((site, rung) => (rung === length - 1 ? 0 : (-(1 + (site % 3)) * (length - rung)) / 200));
const lost = ladders((site, rung) => ((1 + (site % 4)) * (1 - rung / (length - 1)) ** 2) / 10);

const priorFrom = (changes: number[][], losses: number[][]): TunerPrior => ({
  tables: [{ dense: 1, changes, standardErrors: changes.map(ladder => ladder.map(() => 0)) }, null],
  losses,
});
const truth = priorFrom(saved, lost);
/** The sign turned, but for the rung next to the last, so that it has a front. */
const turned = priorFrom(
  saved.map(ladder => ladder.map((change, rung) => (rung === length - 2 ? change : -change))),
  lost,
);

const sum = (table: number[][], configuration: Configuration): number =>
  configuration.reduce((total, rung, site) => total + table[site]![rung]!, 0);
const observed = (configuration: Configuration): Outcome => ({
  state: 'complete',
  configuration,
  values: [1 + sum(saved, configuration), Math.sqrt(sum(lost, configuration))],
  standardErrors: [0, 0],
  feasible: true,
});

/** What is observed before the models propose. */
function firstOf(prior: TunerPrior | null): Configuration[] {
  const known = prior ? priorFront(problem, prior, 64) : [];
  const design = designOf(problem, prior, known, [], 1);
  const history: Outcome[] = [observed(new Array<number>(sites).fill(length - 1))];
  for (;;) {
    const next = design.next(history, takenIn(problem, history, []));
    if (!next) return history.slice(1).map(({ configuration }) => configuration);
    history.push(observed(next));
  }
}

const isLevel = (configuration: Configuration): boolean => new Set(configuration).size === 1;

describe('the design', () => {
  it('with a true prior is the half-way level and eight members of its front', () => {
    const first = firstOf(truth);
    const front = priorFront(problem, truth, 64).map(String);
    expect(first[0]).toEqual(new Array<number>(sites).fill(2));
    expect(first).toHaveLength(9);
    expect(first.slice(1).every(each => front.includes(String(each)))).toBe(true);
  });

  it('leaves a prior whose table has the sign turned after two of its guesses, for the even levels', () => {
    const first = firstOf(turned);
    expect(first.filter(isLevel).map(([rung]) => rung)).toEqual([2, 3, 1, 0]);
    expect(first).toHaveLength(6);
  });

  it('without a prior is the even levels', () => {
    expect(firstOf(null)).toHaveLength(4);
    expect(firstOf(null).every(isLevel)).toBe(true);
  });
});

describe('contradicted', () => {
  const levels = [4, 3, 2, 1].map(rung => observed(new Array<number>(sites).fill(rung)));

  it('holds of a turned table and of reversed losses, from four trials on', () => {
    const reversed = priorFrom(
      saved,
      lost.map(ladder => [...ladder.slice(0, -1).reverse(), 0]),
    );
    expect(contradicted(turned, levels)).toBe(true);
    expect(contradicted(turned, levels.slice(0, 3))).toBe(false);
    expect(contradicted(reversed, [...levels.slice(1), observed(new Array<number>(sites).fill(0))])).toBe(true);
  });

  it('does not hold of a true prior, nor of one that says nothing of what differs', () => {
    expect(contradicted(truth, levels)).toBe(false);
    expect(contradicted({ tables: [null, null], losses: null }, levels)).toBe(false);
    const silent = priorFrom(
      ladders(() => 0),
      ladders(() => 0),
    );
    expect(contradicted(silent, levels)).toBe(false);
  });
});
