/** Two callers whose statements come in every order: what must hold holds in all of them, and would not with statements as they were. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeOver } from '../../src/store/open.ts';
import { type Case, cases, ownerOf } from './interleaving/cases.ts';
import type { Engine } from './interleaving/engine.ts';
import { oldClaim, oldForms } from './interleaving/old-forms.ts';
import { postgresEngine } from './interleaving/postgres-engine.ts';
import { postgresFolder } from './interleaving/postgres-server.ts';
import { everySchedule, interleaved } from './interleaving/schedule.ts';
import { sqliteEngine } from './interleaving/sqlite-engine.ts';

/** Runs the case in every order, until `check` fails; how many orders there were, and how it failed. */
async function tried(engine: Engine, each: Case, most = 2000): Promise<{ schedules: number; failure: unknown }> {
  let failure: unknown = null;
  const schedules = await everySchedule(async choose => {
    const place = await engine.fresh();
    try {
      const alone = { store: storeOver(place.plain), session: place.plain };
      const seeded = await each.seed(alone);
      const works = each.works.map((work, i) => async (gate: Parameters<typeof place.gated>[1]) => {
        const session = await place.gated(i, gate);
        return work({ session, store: storeOver(session, { owner: ownerOf(i) }) }, seeded);
      });
      const results = await interleaved(works, choose, place.rules);
      await each.check(results, alone, seeded);
    } catch (error) {
      failure = error;
    } finally {
      await place.close();
    }
    return failure === null;
  }, most);
  return { schedules, failure };
}

describe('SQLite, statement by statement', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await sqliteEngine();
  });
  afterAll(() => engine.close());

  test.each(cases)('$name', { timeout: 120_000 }, async each => {
    const { schedules, failure } = await tried(engine, each);
    if (failure) throw failure;
    expect(schedules).toBeGreaterThan(1);
    expect(schedules).toBeLessThan(2000);
  });

  test.each(oldForms)('as it was before, it is caught: $name', { timeout: 60_000 }, async each => {
    expect((await tried(engine, each)).failure).not.toBeNull();
  });
});

const bin = postgresFolder();

describe.skipIf(bin === null)('PostgreSQL, READ COMMITTED (skipped where there is no server on this machine)', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await postgresEngine(bin ?? '');
  }, 120_000);
  afterAll(() => engine.close());

  test.each(cases)('$name', { timeout: 120_000 }, async each => {
    const { schedules, failure } = await tried(engine, each);
    if (failure) throw failure;
    expect(schedules).toBeGreaterThan(1);
    expect(schedules).toBeLessThan(2000);
  });

  test.each([...oldForms, oldClaim])('as it was before, it is caught: $name', { timeout: 60_000 }, async each => {
    expect((await tried(engine, each)).failure).not.toBeNull();
  });
});
