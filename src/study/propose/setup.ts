/** What the strategy of a study is given, as the store keeps it: enough to make the same strategy again. */

import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';
import type { LimitKey, Limits } from '../../objectives/limit.ts';
import { limitKeys } from '../../objectives/limits.ts';
import { saved } from '../../store/damage.ts';
import type { JsonRecord } from '../../store/store.ts';
import { type OwnStrategy, openOwn } from '../../tuner/own.ts';
import { createStrategy, type StrategyOptions, strategyNames } from '../../tuner/strategies.ts';
import type { Problem, Strategy } from '../../tuner/strategy.ts';

export interface Setup {
  readonly strategy: string;
  readonly problem: Problem;
  readonly options: StrategyOptions;
  /** As the user gave them; `problem.constraints` are what they came to. */
  readonly limits: Limits;
}

const numbers = z.array(z.number()).readonly();
const rows = z.array(numbers).readonly();
const table = z.object({ dense: z.number(), changes: rows, standardErrors: rows });

const setupSchema = z.object({
  strategy: z.string(),
  problem: z.object({
    ladderLengths: numbers,
    objectives: z.number(),
    constraints: z
      .array(z.object({ objective: z.number(), max: z.number() }))
      .readonly()
      .optional(),
  }),
  options: z.object({
    seed: z.number(),
    firstGuesses: rows.optional(),
    prior: z
      .object({ tables: z.array(table.nullable()).readonly(), losses: rows.nullable(), lossesOf: numbers.optional() })
      .nullable()
      .optional(),
    reference: numbers.optional(),
    population: z.number().optional(),
  }),
  limits: z.partialRecord(z.enum(limitKeys as [LimitKey, ...LimitKey[]]), z.number()),
});

export const siteTableSchema = table;

/** Without keys that are undefined, as JSON would bring it back. */
export const setupRecord = (setup: Setup): JsonRecord => JSON.parse(JSON.stringify(setup)) as JsonRecord;

/** Throws a UserError when the record is none that `setupRecord` wrote. */
export function setupFrom(record: JsonRecord): Setup {
  const read = setupSchema.safeParse(record);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new UserError(
    `Cannot read what the strategy of the study was given: the store is damaged (${issue?.path.join('.')}: ${issue?.message}).`,
    `Keep a copy of the file, and ${saved('STORE')}. Or go on from an older copy.`,
    { cause: read.error },
  );
}

/**
 * @param own the strategy of the caller's, where it was one
 * @throws UserError for a strategy that was brought by the program that searched, and is not here
 */
export function strategyOf({ strategy, problem, options }: Setup, own?: OwnStrategy): Strategy {
  if (own?.name === strategy) return openOwn(own, problem, options);
  if (strategyNames.includes(strategy)) return createStrategy(strategy, problem, options);
  throw new UserError(
    `Trials of this study were proposed by "${strategy}", a strategy of the program that searched it, which is not here.`,
    'Ask from that program, and give it the same strategy.',
  );
}
