/** Reads an ONNX model. */
import { checkGraph } from './check-graph.ts';
import { checkQuantised } from './check-quantised.ts';
import { checkWeights } from './check-weights.ts';
import { checkWindows } from './check-windows.ts';
import { fileKind } from './file-kind.ts';
import type { Model } from './graph.ts';
import { readGraph } from './graph-proto.ts';
import { open, payloadOf } from './message.ts';
import { type ModelSource, modelField } from './model-source.ts';
import { type ModelProto, ModelProtoSchema } from './onnx_pb.ts';
import { runPasses } from './pass.ts';
import { inlineFunctionsPass } from './passes/inline-functions.ts';
import { takeBranchesPass } from './passes/take-branches.ts';
import { exportAgain, type ReadOptions, refusal } from './read-context.ts';
import { newestIrVersion, newestOpset, oldestIrVersion, oldestOpset, standardDomain } from './versions.ts';
import { WireError } from './wire.ts';

/**
 * Reads a ModelProto, with its own functions written where they are called and branches that are always taken in the place of their If.
 * Constants are views of `bytes`, which must not change while the model is in use.
 * @throws UserError, naming the file, for anything that is no ONNX model this project can work on.
 */
export function readModel(bytes: Uint8Array, options: ReadOptions): Model {
  if (bytes.length === 0) throw refusal(options, 'expected an ONNX ModelProto, found an empty file.', exportAgain);
  // A view without the methods of a Node Buffer, whose `slice` does not copy.
  const file = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const read = decodeModel(file, options);
    checkGraph(read, options);
    const { model } = runPasses([inlineFunctionsPass(options), takeBranchesPass(options)], read);
    checkQuantised(model, options);
    checkWindows(model.graph, options);
    checkWeights(model.graph, options);
    return model;
  } catch (error) {
    if (error instanceof WireError) throw unreadable(file, error, options);
    throw error;
  }
}

const apart = new Set<number>([modelField.graph, modelField.trainingInfo, modelField.functions]);

function decodeModel(message: Uint8Array, options: ReadOptions): Model {
  const { message: head, parts } = open(ModelProtoSchema, message, apart);
  const graphs = parts.filter(({ number }) => number === modelField.graph);
  const irVersion = Number(head.irVersion);
  if (graphs.length !== 1 || irVersion === 0) {
    const found = graphs.length === 0 ? 'no graph' : irVersion === 0 ? 'no IR version' : `${graphs.length} graphs`;
    throw unreadable(message, new WireError(`a message with ${found}`, false), options);
  }
  checkVersions(head, options);
  const opsets = new Map(head.opsetImport.map(({ domain, version }) => [standardDomain(domain), Number(version)]));
  const metadata = new Map(head.metadataProps.map(({ key, value }) => [key, value]));
  const functions = parts.filter(({ number }) => number === modelField.functions).map(part => payloadOf(message, part));
  const source: ModelSource = { kind: 'model-source', message, metadata, opsets, functions };
  return { graph: readGraph(payloadOf(message, graphs[0]!), options), opsets, metadata, irVersion, source };
}

function checkVersions({ irVersion, opsetImport }: ModelProto, options: ReadOptions): void {
  if (irVersion < oldestIrVersion || irVersion > newestIrVersion) {
    const problem = `expected IR version ${oldestIrVersion} to ${newestIrVersion}, found ${irVersion}.`;
    throw refusal(options, problem, `Export the model for opset ${oldestOpset} to ${newestOpset}.`);
  }
  const standard = opsetImport.find(({ domain }) => standardDomain(domain) === '');
  const version = standard?.version;
  if (version === undefined || version < oldestOpset || version > newestOpset) {
    const found = version === undefined ? 'none' : String(version);
    const problem = `expected opset ${oldestOpset} to ${newestOpset}, found ${found}.`;
    throw refusal(options, problem, 'Export the model for another opset, or convert it with onnx.version_converter.');
  }
}

/** Says what the file is where that can be told, and else what is wrong with it. */
function unreadable(bytes: Uint8Array, error: WireError, options: ReadOptions): Error {
  const kind = fileKind(bytes);
  if (kind) return refusal(options, `expected an ONNX ModelProto, found ${kind.name}.`, kind.wayOut);
  if (error.truncated && looksLikeModel(bytes)) {
    return refusal(options, `the file is cut off: ${error.message}.`, exportAgain);
  }
  return refusal(options, `expected an ONNX ModelProto, found ${described(bytes, error)}.`, exportAgain);
}

const described = (bytes: Uint8Array, error: WireError): string =>
  looksLikeModel(bytes) ? `a damaged one (${error.message})` : `${bytes.length} bytes of something else`;

/** Exporters write the fields in order, so that a model starts with its IR version, a small varint in field 1. */
const looksLikeModel = (bytes: Uint8Array): boolean => bytes[0] === 0x08 && bytes.length > 1 && bytes[1]! < 0x80;
