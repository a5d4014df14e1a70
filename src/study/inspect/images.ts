/** The images under the dense model: which way of reading their pixels is right, and what scoring costs. */
import type { Dataset } from '../../data/dataset.ts';
import { fewOf } from '../../data/few.ts';
import { type ChannelOrder, type Normalization, normalizationName, normalizations } from '../../data/normalize.ts';
import { defaultProxyImages } from '../../data/subset.ts';
import { UserError } from '../../errors/user-error.ts';
import { nearChance } from '../../evaluate/check-dense.ts';
import { type OpenScorer, openScorer } from '../../evaluate/open.ts';
import type { ImagesView, TriedReading } from '../../report/inspection.ts';
import type { Plan } from '../build/plan.ts';
import { scoreTimeoutMs } from '../measure/run-budget.ts';

/** Enough to tell a right reading from a wrong one, few enough for a minute. */
const triedImages = 200;
/** A network that does better than this is read rightly, and BGR is not tried. */
const doesWell = 0.5;

interface Tried {
  readonly normalize: Normalization;
  readonly channels: ChannelOrder;
  readonly accuracy: number;
  readonly msPerImage: number;
  readonly info: OpenScorer['info'];
  readonly images: number;
}

/**
 * @param told how many readings were tried, of how many
 * @throws UserError when the images do not fit the network
 */
export async function imagesView(
  plan: Pick<Plan, 'loaded' | 'outputs' | 'hardware' | 'metric'>,
  spec: string,
  dataset: Dataset,
  told: (done: number, total: number) => void,
): Promise<ImagesView> {
  const few = fewOf(dataset, triedImages);
  const { normalize: given, channels } = dataset.spec;
  const others = normalizations.filter(each => each !== given);
  // Only labels tell a right reading: any network agrees with itself.
  const judged = dataset.labels !== null && plan.metric === null;
  const total = judged ? 1 + others.length : 1;
  const tried: Tried[] = [];
  const tryOne = async (normalize: Normalization, order: ChannelOrder): Promise<void> => {
    tried.push(await scored(plan, { ...few, spec: { ...few.spec, normalize, channels: order } }));
    told(Math.min(tried.length, total), total);
  };
  await tryOne(given, channels);
  const [first] = tried;
  if (!first) throw new Error('a reading was tried');
  if (judged) {
    for (const each of others) await tryOne(each, channels);
    const best = Math.max(...tried.map(({ accuracy }) => accuracy));
    if (best < doesWell || nearChance(best, first.images, first.info.classes))
      for (const each of normalizations) await tryOne(each, channels === 'rgb' ? 'bgr' : 'rgb');
  }
  const ranked = [...tried].sort((a, b) => b.accuracy - a.accuracy);
  const best = ranked[0] ?? first;
  return {
    spec,
    description: dataset.description,
    images: dataset.count,
    labelledClasses: dataset.labels ? dataset.classes : 0,
    outputs: first.info.classes,
    size: sizeOf(first.info.transform),
    triedOn: first.images,
    tried: judged ? ranked.map(asView) : [],
    guesses: judged && nearChance(best.accuracy, first.images, first.info.classes),
    given: normalizationName(given),
    normalize: chosen(first, best),
    msPerImage: first.msPerImage,
    proxyImages: defaultProxyImages(dataset.count),
    notes: [...new Set([...dataset.notes, ...first.info.notes])].filter(note => !note.includes('proxy images')),
  };
}

/** The best by name, where it is better than what is given by more than chance; else that stays. */
function chosen(given: Tried, best: Tried): string | null {
  const error = Math.sqrt(Math.max(best.accuracy * (1 - best.accuracy), 0.01) / best.images);
  const better = best.accuracy - given.accuracy > 2 * error;
  const guesses = nearChance(best.accuracy, best.images, best.info.classes);
  return better && !guesses && best.channels === given.channels && typeof best.normalize === 'string'
    ? best.normalize
    : null;
}

const asView = ({ normalize, channels, accuracy }: Tried): TriedReading => ({
  normalize: normalizationName(normalize),
  channels,
  accuracy,
});

/** Null where the network reads no picture. */
const sizeOf = (transform: object): ImagesView['size'] =>
  'height' in transform && 'width' in transform ? [Number(transform.height), Number(transform.width)] : null;

async function scored(
  { loaded, outputs, hardware, metric }: Pick<Plan, 'loaded' | 'outputs' | 'hardware' | 'metric'>,
  dataset: Dataset,
): Promise<Tried> {
  const { path } = loaded;
  const options = {
    modelPath: path,
    heads: outputs.judged,
    host: hardware.host,
    inputShape: hardware.inputShape,
    proxyImages: triedImages,
    seed: 0,
  };
  const scorer = await openScorer({ ...options, dataset, metric: metric ?? undefined });
  try {
    const score = await scorer.dense({ images: 'proxy', timeoutMs: scoreTimeoutMs });
    if (score.state === 'failed')
      throw new UserError(`Cannot score "${path}": ${score.detail}.`, 'Check the model and the images.');
    const images = score.value.correct.length;
    const { normalize, channels } = dataset.spec;
    const { accuracy, wallMs } = score.value;
    return { normalize, channels, accuracy, msPerImage: wallMs / images, info: scorer.info, images };
  } finally {
    await scorer.close();
  }
}
