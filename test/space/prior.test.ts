import { expect, test } from 'vitest';
import type { Rung } from '../../src/decompose/method.ts';
import { fullRank, rungMacs } from '../../src/decompose/ranks.ts';
import type { Site } from '../../src/decompose/site.ts';
import { assignmentOf, denseConfiguration } from '../../src/space/configuration.ts';
import { parseSearchSpace } from '../../src/space/parse.ts';
import { priorGuesses } from '../../src/space/prior.ts';
import { proposeSpace } from '../../src/space/propose.ts';
import { resolveSpace } from '../../src/space/resolve.ts';
import { resNet18 } from './sites.ts';

const sites = resNet18();
const text = proposeSpace(sites, { granularity: 16, modelName: 'ResNet-18' });
const space = resolveSpace(parseSearchSpace(text, 'proposed.yaml'), sites, 16);

/** As if all singular values were equal: the share that is cut off. One site is a hundred times as precious. */
const precious = space.sites[3]!.site;
const loss = (site: Site, rung: Rung): number =>
  rung.method === 'dense' || rung.method === 'tucker2'
    ? 0
    : (site === precious ? 100 : 1) * (1 - rung.rank / fullRank(site, rung.method));

test('guesses go evenly from nearly dense to the cheapest, and spare the precious site to the last', () => {
  const guesses = priorGuesses(space, { loss }, 8);
  const macs = (configuration: readonly number[]): number =>
    Object.entries(assignmentOf(space, configuration)).reduce(
      (sum, [name, rung]) => sum + rungMacs(sites.find(site => site.name === name)!, rung),
      0,
    );
  const dense = macs(denseConfiguration(space));
  const least = macs(space.sites.map(() => 0));
  expect(guesses).toHaveLength(8);
  expect(guesses.at(-1)).toEqual(space.sites.map(() => 0));
  // A step of one site is the most by which a guess can overshoot its even share.
  const widest = Math.max(...space.sites.map(({ site }) => site.macs));
  guesses.forEach((guess, i) => {
    const even = dense - ((i + 1) / 8) * (dense - least);
    expect(macs(guess)).toBeLessThanOrEqual(even * (1 + 1e-9));
    expect(macs(guess)).toBeGreaterThan(even - widest);
    if (i < 7) expect(guess[3]).toBe(space.sites[3]!.ladder.length - 1);
  });
});

test('another cost, other guesses', () => {
  const free = priorGuesses(space, { loss, cost: (site, rung) => (site === precious ? rungMacs(site, rung) : 0) }, 8);
  for (const guess of free) {
    expect(guess.filter((rung, i) => i !== 3 && rung !== space.sites[i]!.ladder.length - 1)).toEqual([]);
  }
  expect(free.length).toBeGreaterThan(0);
});
