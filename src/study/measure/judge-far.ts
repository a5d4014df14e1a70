/** A metric of the user's judges here what a network gave on a device elsewhere: a device runs networks, and nothing that a user wrote. */
import { type Attempt, complete } from '../../errors/failure.ts';
import { outputBytes, outputsFrom } from '../../evaluate/answer-json.ts';
import type { GradeAnswer, GradeRequest } from '../../evaluate/grade-messages.ts';
import type { Whereabouts } from '../../host/environment.ts';
import type { BatchSource } from '../../images/batch-source.ts';
import type { FarWork } from './far-work.ts';

/** Outputs come back in messages of about this size. */
const messageBytes = 4 * 2 ** 20;
/** As long as the size of the outputs is not known. */
const firstImages = 2;

export async function judgeFar(
  { run, sent, images: imagesFor, here }: FarWork,
  { model, images, batch, outputs: counted }: GradeRequest,
  own: NonNullable<GradeRequest['own']>,
  timeoutMs: number,
): Promise<Attempt<GradeAnswer>> {
  const file = sent(model);
  if (file.state === 'failed') return file;
  const { sha256, models } = file.value;
  const outputs = counted.map(({ name }) => name);
  const began = await here.ask({ kind: 'judge', step: 'begin', outputs, ...own }, timeoutMs);
  if (began.state === 'failed') return began;
  const count = images.positions.length;
  let where: Whereabouts | undefined;
  let wallMs = 0;
  let perImage = 0;
  for (let from = 0; from < count; ) {
    const to = Math.min(count, from + imagesAtATime(perImage, batch));
    const part = imagesFor(partOf(images, from, to));
    const said = await run(
      { kind: 'outputs', model: sha256, images: part.sent, batch, outputs, timeoutMs },
      models,
      part.pieces,
    );
    if (said.state === 'failed') return said;
    const given = outputsFrom(said.value);
    if (given.state === 'failed') return given;
    const judged = await here.ask({ kind: 'judge', step: 'add', said: given.value.images }, timeoutMs);
    if (judged.state === 'failed') return judged;
    where = given.value.where;
    wallMs += given.value.wallMs;
    perImage = outputBytes(given.value.images) / (to - from);
    from = to;
  }
  const finished = await here.ask<GradeAnswer>({ kind: 'judge', step: 'finish' }, timeoutMs);
  return finished.state === 'failed' ? finished : complete({ ...finished.value, wallMs, where });
}

/** Whole batches, as they are here, where they fit: in what batch an image is may change its last digits. */
function imagesAtATime(perImage: number, batch: number): number {
  if (perImage === 0) return Math.min(batch, firstImages);
  const fitting = Math.max(1, Math.floor(messageBytes / perImage));
  return fitting < batch ? fitting : fitting - (fitting % batch);
}

const partOf = (images: BatchSource, from: number, to: number): BatchSource =>
  'tensors' in images
    ? {
        ...images,
        positions: images.positions.slice(from, to),
        tensors: images.tensors.map(({ name, items }) => ({ name, items: items.slice(from, to) })),
      }
    : { ...images, positions: images.positions.slice(from, to) };
