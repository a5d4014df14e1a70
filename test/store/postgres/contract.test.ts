import { afterAll, beforeAll, describe } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { type StorePlace, storeContract } from '../contract.ts';
import { kindsContract } from '../kinds-contract.ts';
import { trainingContract } from '../training-contract.ts';
import { type Databases, hasPostgres, openDatabases, skipped } from './databases.ts';

describe.skipIf(!hasPostgres)(`PostgreSQL (${skipped})`, () => {
  let databases: Databases;
  beforeAll(async () => {
    databases = await openDatabases();
  }, 120_000);
  afterAll(() => databases.close());

  const place = async (): Promise<StorePlace> => {
    const url = await databases.create();
    return { open: options => openStore(url, options), remove: () => databases.drop(url) };
  };
  storeContract('PostgreSQL', place);
  kindsContract('PostgreSQL', place);
  trainingContract('PostgreSQL', place);
});
