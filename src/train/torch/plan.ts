/**
 * The plan that a training on PyTorch is handed: `plan.json`, the networks' constants as safetensors beside it, and the images. All that
 * the training follows from is in it; `engines/torch/README.md` describes the fields.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { reasonOf } from '../../files/reason.ts';
import type { Attribute, Model, Node } from '../../onnx/graph.ts';
import { keepLive } from '../../onnx/live.ts';
import { encodeSafetensors, type PlainTensor } from '../../onnx/safetensors.ts';
import { readsOf } from '../../onnx/subgraph.ts';
import { standardDomain } from '../../onnx/versions.ts';
import type { Network } from '../network/prepare.ts';
import { factoredSites } from '../optimiser/factored.ts';
import type { RunnerSetup } from '../runner/runner.ts';
import { writeImages } from './pixels.ts';

/** Raised whenever a reader of the plan before would read it wrongly. */
export const planVersion = 1;

export interface PlanParts {
  readonly setup: RunnerSetup;
  readonly network: Network;
  readonly teacher: Network | null;
  /** Whether the Python decodes image files itself. */
  readonly decodes: boolean;
  readonly device: 'auto' | 'cuda' | 'cpu';
  readonly threads: number;
  readonly compile: boolean;
}

/** @throws UserError where the folder has no room for it, or the images cannot be handed over */
export async function writePlan(folder: string, parts: PlanParts): Promise<void> {
  const { setup, network, teacher } = parts;
  const { training, data, validation } = setup;
  try {
    const images = await writeImages(folder, 'train', { ...data, transform: data.reading.transform }, parts.decodes);
    const scored = validation && {
      ...(await writeImages(
        folder,
        'validation',
        { ...validation, transform: validation.reading.transform },
        parts.decodes,
      )),
      batch: validation.batch,
    };
    const plan = {
      format: 'rankfront-torch-plan',
      version: planVersion,
      network: writeNetworkPart(folder, 'network', network),
      teacher: teacher && training.distillationWeight > 0 ? writeNetworkPart(folder, 'teacher', teacher) : null,
      batch: { images: training.batchSize * training.accumulation, accumulation: training.accumulation },
      loss: {
        labelSmoothing: training.labelSmoothing,
        distillationWeight: training.distillationWeight,
        temperature: training.temperature,
      },
      optimiser: training.optimiser,
      weightDecay: training.weightDecay,
      frobeniusDecay: training.frobeniusDecay,
      sites: training.frobeniusDecay > 0 ? factoredSites(network) : [],
      clipNorm: training.clipNorm,
      emaDecay: training.emaDecay,
      precision: training.precision,
      course: setup.course ?? null,
      data: {
        ...images,
        maxUnreadable: data.maxUnreadable,
        seed: data.seed,
        augmentation: data.augmentation,
        plainFrom: Number.isFinite(data.plainFrom) ? data.plainFrom : null,
        workers: data.threads,
        reading: {
          table: Array.from(data.reading.table),
          channels: data.reading.channels,
          layout: data.reading.layout,
        },
      },
      validation: scored,
      device: parts.device,
      threads: parts.threads,
      compile: parts.compile,
    };
    writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `Cannot write the plan of the training into "${folder}": ${reasonOf(error)}.`,
      'Free some space there, or point RANKFRONT_SCRATCH to another folder.',
      { cause: error },
    );
  }
}

/** The network as data; its constants go into NAME.safetensors in `folder`. */
function writeNetworkPart(folder: string, name: string, network: Network): object {
  const tensors = `${name}.safetensors`;
  const { described, constants } = describeNetwork(network);
  writeFileSync(join(folder, tensors), encodeSafetensors(constants));
  return { ...described, tensors };
}

/** The nodes that the class scores depend on, and the constants that they read. */
export function describeNetwork({ model, input, imageDims, scores, classes, weights, statistics }: Network) {
  const nodes = keepLive(model.graph.nodes, [scores]);
  const constants = constantsRead(model, nodes);
  return {
    described: {
      input,
      imageDims,
      scores,
      classes,
      weights: weights.map(each => ({ name: each.name, decays: each.role === 'weight' })),
      statistics: statistics.map(each => each.name),
      nodes: describeNodes(nodes, constants),
    },
    constants,
  };
}

/** Tensors among their attributes are added to `constants`. */
export const describeNodes = (nodes: readonly Node[], constants: Map<string, PlainTensor>): readonly object[] =>
  nodes.map((node, i) => describeNode(node, i, constants));

function constantsRead({ graph }: Model, nodes: readonly Node[]): Map<string, PlainTensor> {
  const read = new Set(nodes.flatMap(readsOf));
  return new Map([...graph.initializers].filter(([name]) => read.has(name)));
}

/** Tensors among the attributes go to the constants, under a name that no value has. */
function describeNode(node: Node, index: number, constants: Map<string, PlainTensor>): object {
  const attributes = [...node.attributes].flatMap(([name, attribute]): [string, unknown][] => {
    if (attribute.kind === 'other') return [];
    if (attribute.kind !== 'tensor') return [[name, plain(attribute)]];
    const key = `attribute ${index} ${name}`;
    constants.set(key, attribute.value);
    return [[name, { tensor: key }]];
  });
  return {
    name: node.name,
    op: node.opType,
    domain: standardDomain(node.domain),
    inputs: node.inputs,
    outputs: node.outputs,
    attributes: Object.fromEntries(attributes),
  };
}

const plain = (attribute: Exclude<Attribute, { kind: 'tensor' | 'other' }>): unknown => attribute.value;
