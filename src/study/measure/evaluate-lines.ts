/** The JSON lines of `rankfront evaluate --stdin`: what the problem is, what is asked, what came of it. */
import { z } from 'zod';
import { rungLabel } from '../../decompose/ranks.ts';
import { referencePoint } from '../../objectives/objectives.ts';
import type { Space } from '../../space/space.ts';
import type { TrialResult } from '../../store/trial.ts';
import type { Configuration } from '../../tuner/strategy.ts';
import { expectation, shown } from '../../units/issue-text.ts';
import { pathText } from '../../units/parse-yaml.ts';

const requestSchema = z.strictObject({
  id: z.union([z.string(), z.number()]).optional(),
  configuration: z.array(z.int()).optional(),
  assignment: z.record(z.string(), z.string()).optional(),
});

export type RequestId = string | number | null;

export type EvaluateRequest =
  | { readonly kind: 'request'; readonly id: RequestId; readonly configuration: Configuration }
  | { readonly kind: 'malformed'; readonly id: RequestId; readonly error: string };

/** What is measured, and what a tuner has to know of it: written before the first request is read. */
export interface ProblemFacts {
  readonly space: Space;
  readonly model: { readonly path: string; readonly sha256: string };
  readonly device: string;
  readonly images: number;
  /** As studies name the metric. */
  readonly accuracy: string;
  /** What the dense model gives. */
  readonly dense: TrialResult;
}

const unitOf = (accuracy: string): string =>
  accuracy === 'top1'
    ? 'share of images classified wrongly'
    : accuracy === 'agreement'
      ? 'share of images unlike the dense model'
      : `share of ${accuracy} that is lost`;

export function problemRecord({ space, model, device, images, accuracy, dense }: ProblemFacts): object {
  return {
    kind: 'problem',
    model: model.path,
    modelSha256: model.sha256,
    device,
    images,
    /** In the order of a configuration; a rung is named by its place on the ladder, from 0, the last one dense. */
    sites: space.sites.map(({ site, ladder }) => ({ name: site.name, ladder: ladder.map(rungLabel) })),
    ladderLengths: space.sites.map(({ ladder }) => ladder.length),
    objectives: [
      { name: 'latency', unit: 'ratio to the dense model', goal: 'minimise' },
      {
        name: 'error',
        unit: unitOf(accuracy),
        goal: 'minimise',
      },
    ],
    /** Where a study takes the hypervolume. */
    reference: referencePoint(['latency', accuracy]),
    dense: answerRecord('dense', dense),
  };
}

/** What one line asks for. It never throws: a line that cannot be used is answered and the next one is read. */
export function parseRequest(line: string, space: Space): EvaluateRequest {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return malformed(null, `expected a JSON object on the line, found ${JSON.stringify(line.slice(0, 40))}`);
  }
  const parsed = requestSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return malformed(idOf(json), issue ? complaint(issue, json) : 'not a request');
  }
  const { id = null, configuration, assignment } = parsed.data;
  if ((configuration === undefined) === (assignment === undefined))
    return malformed(
      id,
      'expected either "configuration" (rung numbers) or "assignment" (rungs by the name of a site)',
    );
  const found = configuration ? checked(space, configuration) : byName(space, assignment ?? {});
  return typeof found === 'string' ? malformed(id, found) : { kind: 'request', id, configuration: found };
}

export function answerRecord(id: RequestId, result: TrialResult): object {
  if (result.state === 'failed') return { id, state: 'failed', reason: result.reason, detail: result.detail };
  if (result.state === 'pruned') return { id, state: 'pruned', detail: result.detail };
  const { state, values, standardErrors, feasible, macs, params, modelSha256 } = result;
  return { id, state, values, standardErrors, feasible, macs, params, modelSha256 };
}

const malformed = (id: RequestId, error: string): EvaluateRequest => ({ kind: 'malformed', id, error });

/** In the words of the other errors; what zod says itself is not for people. */
function complaint(issue: z.core.$ZodIssue, json: unknown): string {
  if (issue.code === 'unrecognized_keys')
    return `"${issue.keys[0]}": unknown key; known are ${Object.keys(requestSchema.shape).join(', ')}`;
  const path = issue.path.filter(part => typeof part !== 'symbol');
  if (path.length === 0) return `expected a JSON object on the line, found ${shown(json)}`;
  const value = path.reduce<unknown>((inner, part) => (inner as Record<string | number, unknown>)[part], json);
  return `${pathText(path)}: expected ${expectation(issue)}, found ${shown(value)}`;
}

/** The id of a request that is wrong elsewhere, so that its sender can tell which one it was. */
function idOf(json: unknown): RequestId {
  const id = typeof json === 'object' && json !== null && 'id' in json ? json.id : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

function checked({ sites }: Space, configuration: Configuration): Configuration | string {
  if (configuration.length !== sites.length)
    return `configuration: expected ${sites.length} rungs, one per site, found ${configuration.length}`;
  const wrong = sites.findIndex(({ ladder }, i) => !ladder[configuration[i] ?? -1]);
  const at = sites[wrong];
  if (!at) return configuration;
  return `configuration: expected a rung of 0 to ${at.ladder.length - 1} at "${at.site.name}", found ${configuration[wrong]}`;
}

function byName({ sites }: Space, assignment: Readonly<Record<string, string>>): Configuration | string {
  const unknown = Object.keys(assignment).find(name => !sites.some(({ site }) => site.name === name));
  if (unknown !== undefined) return `assignment: "${unknown}" is no site of this space`;
  const rungs: number[] = [];
  for (const { site, ladder } of sites) {
    const label = Object.hasOwn(assignment, site.name) ? assignment[site.name] : 'dense';
    const rung = ladder.findIndex(each => rungLabel(each) === label);
    if (rung < 0) return `assignment: "${label}" is not on the ladder of "${site.name}"`;
    rungs.push(rung);
  }
  return rungs;
}
