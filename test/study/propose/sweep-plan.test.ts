import { describe, expect, test } from 'vitest';
import { savedShares } from '../../../src/study/propose/site-table.ts';
import { sweepPlaces } from '../../../src/study/propose/sweep-plan.ts';
import { sweptSpace } from './swept-space.ts';

const space = sweptSpace([100, 400, 200]);
const placesOf = (atMost: number): string[] => sweepPlaces(space, atMost).map(({ site, rung }) => `${site}:${rung}`);

describe('sweepPlaces', () => {
  test('begins with the cheapest rung of every site, the one that saves most first', () => {
    expect(placesOf(100).slice(0, 3)).toEqual(['1:0', '2:0', '0:0']);
  });

  test('goes on round by round with what is furthest from what is known, dense being known', () => {
    // Of the rungs 0 to 3 below dense (4): 0 first, then 2 in the middle, then 1 and 3 that are next to known ones.
    expect(placesOf(100).slice(3, 6)).toEqual(['1:2', '2:2', '0:2']);
    expect(new Set(placesOf(100))).toHaveLength(12);
  });

  test('measures one rung of every site however few are allowed, and never the dense one', () => {
    expect(placesOf(1)).toEqual(['1:0', '2:0', '0:0']);
    expect(placesOf(6)).toHaveLength(6);
    expect(placesOf(1000).some(place => place.endsWith(':4'))).toBe(false);
  });

  test('knows what every place saves', () => {
    const shares = savedShares(space);
    for (const { site, rung, saved } of sweepPlaces(space, 100)) expect(saved).toBe(shares[site]![rung]);
  });
});
