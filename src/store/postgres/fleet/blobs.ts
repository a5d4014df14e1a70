/** Files in the database, in parts of a size that a row can have. */
import { createHash } from 'node:crypto';
import type { BlobStore } from '../../fleet.ts';
import type { StoreSession } from '../../sql/session.ts';
import { readFleet, withFleet } from './tables.ts';

const partBytes = 4 * 2 ** 20;

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export function sqlBlobs({ read, write }: StoreSession): BlobStore {
  const partsOf = (sha256: string) =>
    read('look for a file', db =>
      readFleet(db).selectFrom('blobs').select(['part', 'parts']).where('sha256', '=', sha256).execute(),
    );
  const has = async (sha256: string): Promise<boolean> => {
    const found = await partsOf(sha256);
    return found.length > 0 && found.length === found[0]?.parts;
  };
  return {
    has,
    put: async bytes => {
      const sha256 = sha256Of(bytes);
      const parts = Math.max(1, Math.ceil(bytes.length / partBytes));
      const known = new Set((await partsOf(sha256)).map(({ part }) => part));
      // Each by itself: whoever is killed between two goes on where it was.
      for (let part = 0; part < parts; part++) {
        if (known.has(part)) continue;
        const content = bytes.subarray(part * partBytes, (part + 1) * partBytes);
        await write('store a file', db =>
          withFleet(db)
            .insertInto('blobs')
            .values({ sha256, part, parts, content: Buffer.from(content) })
            .onConflict(conflict => conflict.doNothing())
            .execute(),
        );
      }
      return sha256;
    },
    get: async sha256 => {
      if (!(await has(sha256))) return null;
      const pieces: Uint8Array[] = [];
      const { length } = await partsOf(sha256);
      for (let part = 0; part < length; part++) {
        const row = await read('read a file', db =>
          readFleet(db)
            .selectFrom('blobs')
            .select('content')
            .where('sha256', '=', sha256)
            .where('part', '=', part)
            .executeTakeFirst(),
        );
        if (!row) return null;
        pieces.push(row.content);
      }
      const bytes = Buffer.concat(pieces);
      return sha256Of(bytes) === sha256 ? bytes : null;
    },
  };
}
