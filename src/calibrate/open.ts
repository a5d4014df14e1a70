/** Calibration images, and what the dense model's sites look like on them: from the cache, or measured once. */
import { basename } from 'node:path';
import type { Dataset } from '../data/dataset.ts';
import type { Site } from '../decompose/site.ts';
import type { CalibrationStatistics, Moments } from '../decompose/statistics.ts';
import { UserError } from '../errors/user-error.ts';
import { type LoadedModel, sha256Of } from '../host/model-file.ts';
import { type ObjectCache, openObjectCache } from '../host/object-cache.ts';
import { openInputs } from '../images/open-inputs.ts';
import type { Model } from '../onnx/graph.ts';
import { outputsOf } from '../onnx/outputs.ts';
import { inferShapes } from '../onnx/shapes.ts';
import type { SessionSettings } from '../runtime/session.ts';
import { calibrationPositions, ownCalibrationImages } from './choose.ts';
import { decodeStatistics, encodeStatistics } from './encode.ts';
import type { CalibrationImages } from './images.ts';
import { measureStatistics } from './measure.ts';
import { measureSensitivity } from './sensitivity.ts';

export interface CalibrationSource {
  readonly dataset: Dataset;
  /** Sizes of the dynamic dimensions of the inputs, as a hardware profile has them. */
  readonly inputShape?: Readonly<Record<string, number>>;
  /** Whether the dataset also judges candidates: then few enough are taken that most are left for that. */
  readonly own: boolean;
  /** Images that are wanted. */
  readonly wanted: number;
  /** Seeds the choice of images, and of positions within them. */
  readonly seed: number;
}

export interface ChosenImages extends CalibrationImages {
  /** Their indices in the dataset, ascending. */
  readonly indices: Int32Array;
}

/** Null when the study's own images are too few to give some up. */
export async function openCalibrationImages(
  model: Model,
  { dataset, inputShape, own, wanted, seed }: CalibrationSource,
  onProgress?: (done: number, total: number) => void,
): Promise<ChosenImages | null> {
  const takes = model.graph.inputs
    .filter(({ name }) => !model.graph.initializers.has(name))
    .map(({ name, elementType, shape }) => ({ name, type: elementType, shape: (shape ?? []).map(size => size ?? -1) }));
  const inputs = await openInputs(
    dataset,
    takes,
    { onProgress },
    detail =>
      new UserError(
        `Cannot calibrate: ${detail}.`,
        'Give ready inputs, npz:PATH or module:FILE, or images for a network with one input N x 3 x H x W.',
      ),
    inputShape,
  );
  const count = own ? ownCalibrationImages(inputs.count, wanted) : Math.min(wanted, inputs.count);
  if (count === 0) return null;
  const positions = calibrationPositions(inputs.count, count, seed);
  return {
    inputs,
    positions,
    indices: positions.map(at => inputs.kept[at] ?? 0),
    reading: dataset.spec,
    batch: inputs.fixedBatch ?? inputs.usualBatch,
    datasetHash: dataset.hash,
  };
}

export interface StatisticsWatch {
  readonly warn: (message: string) => void;
  /** How many images the dense model has run over, of each pass. */
  readonly progress?: ((pass: 'statistics' | 'sensitivities', done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Statistics, and the bytes that they are kept as. */
export interface KeptStatistics {
  readonly statistics: CalibrationStatistics;
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes. */
  readonly sha256: string;
}

/** Counts up whenever the same model, images and seed would give other statistics. */
const version = 4;

/** @throws UserError when the runtime cannot run the model over the images, or none of it is finite */
export async function statisticsOf(
  { model, sha256 }: LoadedModel,
  sites: readonly Site[],
  images: CalibrationImages,
  session: SessionSettings,
  seed: number,
  { warn, progress, signal }: StatisticsWatch,
): Promise<KeptStatistics> {
  const { inputs, positions, reading } = images;
  const outputs = sites.map(({ name, outputSize }) => [name, outputSize]);
  const pixels = [basename(inputs.key), reading.normalize, reading.channels, [...positions]];
  const { judged } = outputsOf(model.graph, inferShapes(model.graph, model.opsets));
  const settings = [session.threads, session.graphOptimization, seed, ...headsKey(model, judged)];
  const key = sha256Of(new TextEncoder().encode(JSON.stringify([version, sha256, outputs, pixels, settings])));
  const stored = await statisticsCache(warn).read(key);
  if (stored) return kept(stored);
  const options = { model, sites, images, session, seed, signal };
  const told = (pass: 'statistics' | 'sensitivities') => (done: number, total: number) => progress?.(pass, done, total);
  const measured = await measureStatistics({ ...options, onProgress: told('statistics') });
  if (measured.state === 'failed') {
    throw new UserError(
      `Cannot calibrate: ${measured.detail}.`,
      'Check the model and the images, or go without by --calibration none.',
    );
  }
  const sensitivity = await measureSensitivity({ ...options, onProgress: told('sensitivities') });
  if (sensitivity.state === 'failed') {
    warn(
      `How the answer depends on each layer is not known, so that layers are compared by their own errors: ${sensitivity.detail}.`,
    );
  }
  const statistics =
    sensitivity.state === 'failed' ? measured.value : withSensitivity(measured.value, sensitivity.value);
  const bytes = encodeStatistics(statistics);
  const found = { statistics, bytes, sha256: sha256Of(bytes) };
  await statisticsCache(warn).write(key, bytes);
  await keyCache(warn).write(found.sha256, key);
  return found;
}

/** Left out of the key for the usual network of one output, so that what was measured of it stays known. */
const headsKey = ({ graph }: Model, judged: readonly string[]): readonly string[] =>
  judged.length === 1 && judged[0] === graph.outputs[0]?.name ? [] : judged;

const withSensitivity = (
  { images, sites }: CalibrationStatistics,
  moments: ReadonlyMap<string, Moments>,
): CalibrationStatistics => ({
  images,
  sites: new Map([...sites].map(([name, site]) => [name, { ...site, sensitivity: moments.get(name) ?? null }])),
});

/** Those with the hash `wanted`, if they were measured here before. */
export async function keptStatistics(
  wanted: string,
  { warn }: Pick<StatisticsWatch, 'warn'>,
): Promise<KeptStatistics | null> {
  const key = await keyCache(warn).read(wanted);
  const bytes = key && (await statisticsCache(warn).read(key));
  const found = bytes ? kept(bytes) : null;
  return found?.sha256 === wanted ? found : null;
}

const kept = (bytes: Uint8Array): KeptStatistics => ({
  statistics: decodeStatistics(bytes),
  bytes,
  sha256: sha256Of(bytes),
});

const statisticsCache = (onWarning: (message: string) => void): ObjectCache<Uint8Array> =>
  openObjectCache('statistics', 'Calibration statistics', { onWarning });
/** From the hash of statistics to the key that they are kept under. */
const keyCache = (onWarning: (message: string) => void): ObjectCache<string> =>
  openObjectCache('statistics-key', 'Calibration statistics', { onWarning });
