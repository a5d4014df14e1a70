/** A search space as a user writes it, in YAML. */
import { z } from 'zod';
import { methodNames } from '../decompose/method.ts';

const rank = z.int().positive();
const share = z.number().positive().lt(1);
const method = z.enum(methodNames);

const pattern = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

const siteEntry = z
  .strictObject({
    match: pattern.describe(
      'Name of a site, or a glob: * is any run of characters (also /), ? is one, [abc] and [0-9] are one of these. A list matches what any of its globs matches.',
    ),
    method: method
      .optional()
      .describe('How to factorise; by default spatial for k x k convolutions, svd for the rest.'),
    methods: z
      .union([z.literal('all'), z.array(method).min(1)])
      .optional()
      .describe(
        'Instead of `method`: several methods on one ladder (all: every one that saves there), cheapest rung first. Rungs that another method beats at the same cost are left out.',
      ),
    ladder: z
      .array(z.union([rank, z.tuple([rank, rank])]))
      .min(1)
      .optional()
      .describe(
        'Explicit ranks; [input, output] pairs for untied tucker2. The dense layer is always added as the last rung.',
      ),
    fractions: z
      .array(share)
      .min(1)
      .optional()
      .describe('Ranks as fractions of the full rank, snapped to the granularity, instead of `ladder`.'),
    costs: z
      .array(share)
      .min(1)
      .optional()
      .describe(
        'Instead of `ladder`: of each method the greatest ranks, in steps of the granularity, that cost at most these shares of the dense multiply-accumulates.',
      ),
    tucker: z
      .enum(['tied', 'untied'])
      .optional()
      .describe(
        'tied: one number or fraction sets both ranks (the default); untied: every pair of two fractions is a rung.',
      ),
  })
  .refine(entry => !(entry.ladder && entry.fractions), {
    message: 'either `ladder` or `fractions`, not both',
    path: ['fractions'],
  })
  .refine(entry => !(entry.costs && (entry.ladder || entry.fractions)), {
    message: 'either `costs` or a list of ranks, not both',
    path: ['costs'],
  })
  .refine(entry => !(entry.method && entry.methods), {
    message: 'either `method` or `methods`, not both',
    path: ['methods'],
  })
  .refine(entry => entry.ladder || entry.fractions || entry.costs, {
    message: 'a list of ranks (or `fractions` of the full rank, or `costs`)',
    path: ['ladder'],
  });

export const searchSpaceSchema = z
  .strictObject({
    model: z.string().optional().describe('Which network this is for; free text.'),
    granularity: z
      .int()
      .positive()
      .optional()
      .describe('Fractions are snapped to multiples of this; by default the rank granularity of the hardware profile.'),
    sites: z
      .array(siteEntry)
      .min(1)
      .describe('Which layers take part, and with which ranks; of two entries that match a site the later one counts.'),
    factors: z
      .enum(['data-aware', 'plain'])
      .optional()
      .describe(
        'data-aware (the default where there are calibration images): factors that keep what the layer gives on those images; plain: factors that keep its weight.',
      ),
    keep: z.array(pattern).default([]).describe('Names or globs of layers that stay dense, whatever `sites` says.'),
  })
  .describe('A search space of Rankfront: which layers may be factorised, how, and at which ranks.');

export type SpaceSpec = z.output<typeof searchSpaceSchema>;
export type SiteEntry = SpaceSpec['sites'][number];

/** The same as a JSON Schema, for editors that check and complete YAML. */
export const searchSpaceJsonSchema = (): object => z.toJSONSchema(searchSpaceSchema, { io: 'input' });
