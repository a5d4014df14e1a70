/** What a search asks of an agent and what it is told. Shapes of requests are checked, since they come from elsewhere. */
import { z } from 'zod';
import type { Failure } from '../../errors/failure.ts';
import type { Environment } from '../../host/environment.ts';
import { latencyStatistics } from '../../stats/latency-statistic.ts';
import type { LatencyBudget } from '../device.ts';
import { manifestSchema, sha256Schema } from './manifest.ts';
import { describeSchema, gradeSchema, imagesOf, outputsSchema, scoreSchema } from './score-work.ts';

/** Raised with every change that an older end would not understand. */
export const protocolVersion = 2;

/** The agent says how it stands this often, and is answered as often; whoever is silent for longer counts as gone. */
export const beatMs = 1000;
export const silentMs = 8000;
/** Between requests a client says this often that it is there; the agent takes it for gone after many of them. */
export const idleBeatMs = 10_000;
export const idleMs = 180_000;

/** Every field of a budget, so that none is left behind here. */
const budgetShape = {
  halfWidth: z.number().gt(0),
  maxMs: z.number().gt(0).max(86_400_000),
  minPairs: z.int().min(0).max(1_000_000),
  seed: z.number(),
  sessions: z.int().min(1).max(10_000).optional(),
  waitMs: z.number().min(0).optional(),
  spinning: z.boolean().optional(),
  statistic: z.enum(latencyStatistics).optional(),
  quietReferenceMs: z.record(z.string(), z.number()).optional(),
} satisfies Record<keyof LatencyBudget, z.ZodType>;
const budgetSchema = z.strictObject(budgetShape);

const workSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('latency'),
    candidate: sha256Schema,
    reference: sha256Schema,
    budget: budgetSchema,
  }),
  z.strictObject({ kind: z.literal('node-times'), model: sha256Schema, runs: z.int().min(1).max(100_000) }),
  z.strictObject({ kind: z.literal('peak-memory'), model: sha256Schema }),
  describeSchema,
  scoreSchema,
  gradeSchema,
  outputsSchema,
]);

export type Work = Readonly<z.output<typeof workSchema>>;

/** The hashes of the networks that a work needs, and of its images. */
export function blobsOf(work: Work): { readonly models: readonly string[]; readonly images: readonly string[] } {
  switch (work.kind) {
    case 'latency':
      return { models: [work.candidate, work.reference], images: [] };
    case 'grade':
      return { models: [work.model, work.dense], images: imagesOf(work.images) };
    case 'score':
    case 'outputs':
      return { models: [work.model], images: imagesOf(work.images) };
    case 'describe':
    case 'node-times':
    case 'peak-memory':
      return { models: [work.model], images: [] };
    default:
      return work satisfies never;
  }
}

export const requestSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('hello'), protocol: z.number() }),
  /** The same measurement again where its link was lost: the id says so. */
  z.strictObject({ do: z.literal('measure'), id: z.uuid(), work: workSchema }),
  z.strictObject({ do: z.literal('assemble'), manifest: manifestSchema }),
  /** The body holds them one after the other. */
  z.strictObject({
    do: z.literal('put'),
    pieces: z.array(z.strictObject({ sha256: sha256Schema, bytes: z.int().min(0) })).max(100_000),
  }),
  /** An answer to `state`, and now and then between requests. It has no answer. */
  z.strictObject({ do: z.literal('alive') }),
]);

export type Request = Readonly<z.output<typeof requestSchema>>;

export interface Hello {
  readonly kind: 'hello';
  readonly protocol: number;
  readonly rankfront: string;
  /** Of this run of the agent, and of this start of its machine. */
  readonly instance: string;
  readonly bootId: string;
  readonly device: {
    readonly name: string;
    readonly words: string;
    readonly exact: boolean;
    readonly nodeTimes: boolean;
    readonly peakMemory: boolean;
    /** Whether it runs networks over images; missing where the agent is older than that. */
    readonly scores?: boolean;
    readonly batchSize: number;
    readonly precision: string;
    readonly inputShape: Readonly<Record<string, number>>;
  };
  readonly environment: Environment;
}

/** `place` 1 is next. */
export type State =
  | { readonly kind: 'state'; readonly state: 'waiting'; readonly place: number; readonly of: number }
  | { readonly kind: 'state'; readonly state: 'running'; readonly runningMs: number };

export type Reply =
  | Hello
  | State
  /** Something for people, such as that the device waits for a quiet machine. */
  | { readonly kind: 'note'; readonly message: string }
  | { readonly kind: 'missing'; readonly sha256s: readonly string[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'measured'; readonly answer: Failure | { readonly state: 'complete'; readonly value: unknown } }
  /** What the user of the search can put right. */
  | { readonly kind: 'user-error'; readonly problem: string; readonly wayOut: string }
  /** What this agent cannot do now, such as keep so much. */
  | { readonly kind: 'unable'; readonly problem: string; readonly wayOut: string };
