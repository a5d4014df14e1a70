/** What a search works on, before anything is measured: the model, its sites, the ladders and the device's profile. */

import type { Dataset } from '../../data/dataset.ts';
import { findSites } from '../../decompose/find-sites.ts';
import type { Sites } from '../../decompose/site.ts';
import { withMeasuredShapes } from '../../device/measured-shapes.ts';
import { demandTimeable as demandOfDevice } from '../../device/open.ts';
import { type HardwareProfile, parseHardwareProfile } from '../../device/profile.ts';
import { profilePath } from '../../device/shipped.ts';
import { UserError } from '../../errors/user-error.ts';
import { type LoadedModel, loadModel, readText, sha256Of } from '../../host/model-file.ts';
import { countedOutputs, type MetricChoice } from '../../metric/choice.ts';
import { batchSizes } from '../../onnx/cost.ts';
import type { Node } from '../../onnx/graph.ts';
import { lossOf } from '../../onnx/lost-size.ts';
import { outputsOf } from '../../onnx/outputs.ts';
import { dimensionValue } from '../../onnx/shapes/dimension.ts';
import { inferShapes, inferValues, shapesOf } from '../../onnx/shapes.ts';
import { parseSearchSpace } from '../../space/parse.ts';
import { proposeSpace } from '../../space/propose.ts';
import { resolveSpace } from '../../space/resolve.ts';
import type { Space } from '../../space/space.ts';
import type { SourceText, Study } from '../../store/study.ts';

import { checkSizes } from './check-sizes.ts';
import { exampleShape, parseInputShapes, withInputShapes, withSizesOfData } from './input-sizes.ts';

/** The sites of a model as one device runs it. */
export interface ModelSites extends Sites {
  readonly loaded: LoadedModel;
  /** Whether an output holds class scores. */
  readonly classifies: boolean;
}

export interface Plan extends ModelSites {
  readonly space: Space;
  /** As the search space says; null leaves it to whether there are calibration images. */
  readonly factors: 'data-aware' | 'plain' | null;
  readonly spaceSource: SourceText;
  readonly hardware: HardwareProfile;
  readonly hardwareSource: SourceText;
  /** What candidates are judged by; null leaves it to whether the images have labels. */
  readonly metric: MetricChoice | null;
}

/** The same, whose measurements wait this long for a quiet machine; as the hardware profile says where none is given. */
export function withWait(plan: Plan, waitMs: number | undefined): Plan {
  if (waitMs === undefined) return plan;
  const { hardware } = plan;
  return { ...plan, hardware: { ...hardware, latencyBudget: { ...hardware.latencyBudget, waitMs } } };
}

const sourceOf = (text: string): SourceText => ({ text, sha256: sha256Of(new TextEncoder().encode(text)) });

/** What inference does not know of values that matter is asked of the runtime. */
async function withKnownShapes(loaded: LoadedModel, { inputShape }: HardwareProfile): Promise<LoadedModel> {
  const { graph, opsets } = loaded.model;
  const shapes = inferShapes(graph, opsets, inputShape);
  const batch = batchSizes(graph);
  const open = (name: string): boolean => shapes.get(name)?.some(size => dimensionValue(size, batch) === null) ?? true;
  const computed = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const asked = graph.nodes
    .filter(isMatrixNode)
    .flatMap(({ inputs, outputs }) => [...inputs.slice(0, 2), outputs[0] ?? '']);
  const values = [...new Set(asked)].filter(name => computed.has(name) && open(name));
  return values.length === 0 ? loaded : { ...loaded, model: await withMeasuredShapes(loaded.model, values) };
}

const multiplying = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Einsum']);

const isMatrixNode = ({ opType }: Node): boolean => multiplying.has(opType);

/** Throws a UserError when the model has no site at all. */
export async function openSites(
  modelPath: string,
  hardware: HardwareProfile,
  metric?: MetricChoice,
  read: LoadedModel = loadModel(modelPath),
): Promise<ModelSites> {
  const loaded = await withKnownShapes(read, hardware);
  const { graph, opsets } = loaded.model;
  const values = inferValues(graph, opsets, hardware.inputShape);
  checkSizes(modelPath, graph, values, hardware);
  const classifies = outputsOf(graph, shapesOf(values)).judged.length > 0;
  const counted = metric ? countedOutputs(metric) : classifies ? 'heads' : 'all';
  const found = findSites(loaded.model, shapesOf(values), value => lossOf(graph, values, value), counted);
  const { sites, rejected } = found;
  if (sites.length > 0) return { loaded, ...found, classifies };
  const reasons = [...new Set(rejected.map(({ reason }) => reason))].slice(0, 3).join('; ');
  throw new UserError(
    `Cannot search "${modelPath}": expected at least one layer that can be factorised, found none${reasons ? ` (${reasons})` : ''}.`,
    found.unsized.length > 0
      ? `Give the sizes that are missing, such as --input-shape ${exampleShape(graph)}.`
      : 'Give a network with dense convolutions or matrix products and constant float weights.',
  );
}

/** What `rankfront space` writes. */
export const proposedSpace = ({ loaded, sites, rejected }: ModelSites, { rankGranularity }: HardwareProfile): string =>
  proposeSpace(sites, { granularity: rankGranularity, modelName: modelBaseName(loaded.path), rejected });

/** `models/resnet18.bn.onnx` -> `resnet18`. */
export const modelBaseName = (path: string): string => (path.split(/[\\/]/).at(-1) ?? path).split('.')[0] || 'model';

export interface PlanSources {
  readonly modelPath: string;
  readonly hardwareText: string;
  readonly hardwareName: string;
  /** Null: one is proposed from the model and the device. */
  readonly spaceText: string | null;
  readonly spaceName: string;
  /** What candidates are judged by: it says which outputs count. Missing, those that hold class scores. */
  readonly metric?: MetricChoice | undefined;
  /** The model of that path, where it is read already. */
  readonly loaded?: LoadedModel;
}

export async function makePlan(sources: PlanSources): Promise<Plan> {
  const hardware = parseHardwareProfile(sources.hardwareText, sources.hardwareName);
  const found = await openSites(sources.modelPath, hardware, sources.metric, sources.loaded);
  const text = sources.spaceText ?? proposedSpace(found, hardware);
  const spec = parseSearchSpace(text, sources.spaceName);
  return {
    ...found,
    space: resolveSpace(spec, found.sites, hardware.rankGranularity, found.rejected),
    factors: spec.factors ?? null,
    spaceSource: sourceOf(text),
    hardware,
    hardwareSource: sourceOf(sources.hardwareText),
    metric: sources.metric ?? (found.classifies ? null : { kind: 'fidelity', outputs: null }),
  };
}

/** What fills the sizes that a network leaves open, and the hardware profile with it. */
export interface InputSizes {
  /** As `--input-shape` takes them. */
  readonly inputShape?: string | undefined;
  /** What else is told by; it is opened only where sizes are missing. */
  readonly data?: (() => Promise<Dataset>) | undefined;
  readonly note?: ((message: string) => void) | undefined;
}

/** What a stored study searches: another version may propose other sites for the same network. */
export type StoredSpace = Pick<Study, 'name' | 'model' | 'space'>;

/**
 * From the paths that a user gives, the hardware by a built-in name too; without a space that of the stored study of the same model counts,
 * and without a study one is proposed.
 */
export async function planFromFiles(
  model: string,
  space: string | undefined,
  hardware: string,
  metric?: MetricChoice,
  sizes: InputSizes = {},
  stored?: StoredSpace,
): Promise<Plan> {
  const loaded = loadModel(model);
  const kept = space === undefined && stored?.model.sha256 === loaded.sha256 ? stored : null;
  return makePlan({
    modelPath: model,
    loaded,
    hardwareText: await profileText(hardware, loaded, sizes),
    hardwareName: hardware,
    spaceText: space === undefined ? (kept?.space.text ?? null) : readText(space, 'the search space'),
    spaceName: space ?? (kept ? `the search space of study "${kept.name}"` : 'the proposed search space'),
    metric,
  });
}

/** The text of a hardware profile with the sizes of the inputs of a model. */
export async function profileText(
  hardware: string,
  { model: { graph } }: LoadedModel,
  { inputShape, data, note }: InputSizes,
): Promise<string> {
  const text = readText(profilePath(hardware), 'the hardware profile');
  const given = inputShape === undefined ? text : withInputShapes(text, graph, parseInputShapes(inputShape));
  if (!data) return given;
  const sized = await withSizesOfData(given, hardware, graph, data);
  if (sized.note !== null) note?.(sized.note);
  return sized.text;
}

/** @throws UserError, before anything is spent, for a model whose latencies the device of the plan cannot compute */
export const demandTimeablePlan = ({ loaded, hardware }: Plan): void => demandOfDevice(hardware, loaded.model);
