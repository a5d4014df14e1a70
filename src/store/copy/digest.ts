/** The SHA-256 of a study: the same in whatever store it is, and another as soon as a single value differs. */
import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from '../sql/schema.ts';
import { type Environments, environmentsOf, headOf, type StudyHead, type TrialContent, trialsOf } from './content.ts';

/** So many trials are in memory at a time. */
export const batch = 100;

/** Hands on every trial of the study, by number and a batch at a time, with the environments that its observations name. */
export async function eachBatch(
  db: Kysely<Database>,
  studyId: number,
  take: (trials: readonly TrialContent[]) => Promise<void> | void,
): Promise<void> {
  const { last } = await db
    .selectFrom('trials')
    .select(({ fn }) => fn.max('number').as('last'))
    .where('study_id', '=', studyId)
    .executeTakeFirstOrThrow();
  for (let from = 0; from <= Number(last ?? -1); from += batch)
    await take(await trialsOf(db, studyId, { from, to: from + batch }));
}

/** Hexadecimal. How often the study was written to does not count. */
export async function studyDigest(db: Kysely<Database>, studyId: number): Promise<string> {
  const hash = studyHash(await headOf(db, studyId));
  await eachBatch(db, studyId, async trials => {
    hash.add(trials, await environmentsOf(db, environmentsIn(trials)));
  });
  return hash.sha256();
}

/** The same for what is read a batch at a time. */
export function studyHash(head: StudyHead): {
  readonly add: (trials: readonly TrialContent[], environments: Environments) => void;
  readonly sha256: () => string;
} {
  const { revision: _, ...counters } = head.counters;
  const hash = createHash('sha256').update(canonical({ ...head, counters } satisfies StudyHead));
  return {
    add: (trials, environments) => {
      for (const trial of trials) hash.update(canonical(trial));
      hash.update(canonical([...environments].sort(([a], [b]) => (a < b ? -1 : 1))));
    },
    sha256: () => hash.digest('hex'),
  };
}

/** The hashes of the environments that the observations of the trials name. */
export const environmentsIn = (trials: readonly TrialContent[]): readonly string[] => [
  ...new Set(
    trials
      .flatMap(({ observations, revisions }) => [...observations, ...revisions])
      .flatMap(({ environment }) => (typeof environment === 'string' ? [environment] : [])),
  ),
];

/** One line of JSON, with the keys in order and bytes as text. */
const canonical = (value: unknown): string => `${JSON.stringify(sorted(value))}\n`;

function sorted(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  );
}
