/** Grades a network on prepared images in this process, beside the dense model. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import type { BatchKeeper } from '../images/batches.ts';
import { openFeeds } from '../images/feeds.ts';
import type { InferenceSession } from '../runtime/onnxruntime.ts';
import { openModelSession } from '../runtime/open-session.ts';
import { sessionOptions, tensorDescription } from '../runtime/session-options.ts';
import { tensorsOf } from '../runtime/tensors-of.ts';
import type { DenseOutputs } from './dense-outputs.ts';
import { fidelityGrader } from './fidelity.ts';
import type { GradeAnswer, GradeRequest } from './grade-messages.ts';
import { loadMetric, runMetric } from './module-metric.ts';
import { outputsOf } from './run-outputs.ts';

/** What lives as long as the process. */
export interface GradeKeepers {
  readonly batches: BatchKeeper;
  readonly dense: DenseOutputs;
}

export async function answerGrade(request: GradeRequest, keepers: GradeKeepers): Promise<Attempt<GradeAnswer>> {
  const sessions: InferenceSession[] = [];
  const open = async (model: string): Promise<Attempt<InferenceSession>> => {
    const opened = await openModelSession(model, sessionOptions(request.session));
    if (opened.state === 'complete') sessions.push(opened.value);
    return opened;
  };
  try {
    return await grade(request, keepers, open);
  } finally {
    for (const session of sessions) await session.release();
  }
}

async function grade(
  { model, dense, images, batch, outputs, own }: GradeRequest,
  { batches, dense: kept }: GradeKeepers,
  open: (model: string) => Promise<Attempt<InferenceSession>>,
): Promise<Attempt<GradeAnswer>> {
  const start = performance.now();
  const session = await open(model);
  if (session.state === 'failed') return session;
  const names = outputs.map(({ name }) => name);
  const missing = names.find(name => !session.value.outputNames.includes(name));
  if (missing !== undefined) return failed('runtime-rejected', `it has no output "${missing}"`);
  if (own) return gradeByOwn(session.value, own, names, images, batch, batches, start);
  let reference: InferenceSession | null = model === dense ? session.value : null;
  kept.open(JSON.stringify([dense, 'path' in images ? [images.path, [...images.table], images.channels] : 0, names]));
  const fed = openFeeds(batches, images, session.value.inputMetadata.map(tensorDescription));
  if (fed.state === 'failed') return fed;
  const toGrade = fidelityGrader(outputs);
  const grades: number[] = [];
  for (const { from, to, size, feeds: parts } of fed.value.batches(batch, 'fill up')) {
    const feeds = tensorsOf(parts);
    const said = await outputsOf(session.value, feeds, names, size);
    if (said.state === 'failed') return said;
    const place = (i: number): number => images.positions[from + i] ?? 0;
    const known = said.value.map((own, i) => (from + i < to ? kept.at(place(i)) : own));
    if (known.some(each => each === null)) {
      if (!reference) {
        const opened = await open(dense);
        if (opened.state === 'failed') return opened;
        reference = opened.value;
      }
      const all = reference === session.value ? said : await outputsOf(reference, feeds, names, size);
      if (all.state === 'failed') return all;
      all.value.slice(0, to - from).forEach((each, i) => {
        known[i] = each;
        kept.keep(place(i), each);
      });
    }
    for (let i = 0; i < to - from; i++) {
      const graded = toGrade(said.value[i] ?? [], known[i] ?? []);
      if (graded.state === 'failed') return { ...graded, detail: `${graded.detail} (image ${from + i})` };
      grades.push(graded.value);
    }
  }
  return complete({ grades, wallMs: performance.now() - start });
}

/** By a metric that needs no dense model. */
async function gradeByOwn(
  session: InferenceSession,
  own: NonNullable<GradeRequest['own']>,
  names: readonly string[],
  images: GradeRequest['images'],
  batch: number,
  keeper: BatchKeeper,
  start: number,
): Promise<Attempt<GradeAnswer>> {
  const metric = await loadMetric(own.path);
  if (metric.state === 'failed') return metric;
  const fed = openFeeds(keeper, images, session.inputMetadata.map(tensorDescription));
  if (fed.state === 'failed') return fed;
  const run = runMetric(metric.value, names, own);
  for (const { from, to, size, feeds } of fed.value.batches(batch, 'fill up')) {
    const said = await outputsOf(session, tensorsOf(feeds), names, size);
    if (said.state === 'failed') return said;
    for (const outputs of said.value.slice(0, to - from)) {
      const added = await run.add(outputs);
      if (added.state === 'failed') return added;
    }
  }
  const grades = run.finish();
  return grades.state === 'failed' ? grades : complete({ grades: grades.value, wallMs: performance.now() - start });
}
