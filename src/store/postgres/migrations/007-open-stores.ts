/** What each open store wrote last; see `open-stores.ts`. */
import type { Kysely, Migration } from 'kysely';

export const openStores: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('open_stores')
      .addColumn('token', 'text', c => c.primaryKey())
      .addColumn('written', 'bigint', c => c.notNull())
      .addColumn('seen_at_ms', 'bigint', c => c.notNull())
      .execute();
  },
};
