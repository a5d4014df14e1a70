/** The drop of every stored accuracy against the dense model, from the answers that both gave in the same phase. */
import { type Kysely, sql } from 'kysely';
import { pairedAccuracy } from '../../../stats/paired-answers.ts';

interface Answers {
  readonly trial_id: number;
  readonly phase: string;
  readonly facts: string;
  readonly count: number;
  readonly correct: Uint8Array;
  readonly places: Uint8Array | null;
}

/** Of trial 0 there is none. Absent where the dense model was not scored in that phase, or on other images. */
export async function fillDrops(db: Kysely<unknown>): Promise<void> {
  const studies = await sql<{ study_id: number }>`select distinct study_id from trials`.execute(db);
  for (const { study_id } of studies.rows) {
    const dense = await answers(db, sql`t.study_id = ${study_id} and t.number = 0`);
    for (const { phase, correct, count } of dense) {
      const all = flags(correct, count);
      // A hundred trials at a time: answers of all of them need not fit in the memory.
      for (let from = 1; ; from += 100) {
        const some = sql`t.study_id = ${study_id} and o.phase = ${phase} and t.number >= ${from} and t.number < ${from + 100}`;
        for (const row of await answers(db, some)) await fillDrop(db, row, all);
        const last = await sql<{
          last: number;
        }>`select max(number) as last from trials where study_id = ${study_id}`.execute(db);
        if (from + 100 > (last.rows[0]?.last ?? 0)) break;
      }
    }
  }
}

async function answers(db: Kysely<unknown>, which: ReturnType<typeof sql>): Promise<readonly Answers[]> {
  const found =
    await sql<Answers>`select o.trial_id, o.phase, o.facts, c.count, c.content as correct, p.content as places
    from trials t
    join observations o on o.trial_id = t.id and o.kind = 'accuracy'
    join samples c on c.trial_id = t.id and c.phase = o.phase and c.kind = o.kind and c.name = 'correct'
    left join samples p on p.trial_id = t.id and p.phase = o.phase and p.kind = o.kind and p.name = 'places'
    where ${which}`.execute(db);
  return found.rows;
}

async function fillDrop(db: Kysely<unknown>, row: Answers, dense: Uint8Array): Promise<void> {
  const correct = flags(row.correct, row.count);
  const same = row.places ? Uint8Array.from(integers(row.places), place => dense[place] ?? 0) : dense;
  if (correct.length === 0 || same.length !== correct.length) return;
  const { drop, standardError } = pairedAccuracy(same, correct);
  const facts = JSON.stringify({ ...JSON.parse(row.facts), drop, dropStandardError: standardError });
  await sql`update observations set facts = ${facts}
    where trial_id = ${row.trial_id} and phase = ${row.phase} and kind = 'accuracy'`.execute(db);
}

/** Eight to the byte, the first in the lowest bit. */
const flags = (bytes: Uint8Array, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1);

function integers(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: Math.floor(bytes.byteLength / 4) }, (_, i) => view.getInt32(i * 4, true));
}
