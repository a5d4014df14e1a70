/** Writes an ONNX model. */
import { create, toBinary } from '@bufbuild/protobuf';
import { UserError } from '../errors/user-error.ts';
import type { Graph, Model } from './graph.ts';
import { graphPieces, isGraphSource } from './graph-proto.ts';
import { withLists } from './message.ts';
import { isModelSource, type ModelSource, modelField } from './model-source.ts';
import { ModelProtoSchema, OperatorSetIdProtoSchema, StringStringEntryProtoSchema } from './onnx_pb.ts';
import { join, type Pieces, sizeOf } from './wire.ts';

/** No protobuf message is larger, and no runtime loads one. */
const maxBytes = 2 ** 31 - 1;

/**
 * Writes a ModelProto. What was read and not changed is written as it lay in the file, with the fields and operators that
 * this project does not know; constants are all inside. The only copy of the weights is into the result.
 * @throws UserError when the result would reach 2 GB, the most that one protobuf message can hold.
 */
export function writeModel(model: Model): Uint8Array {
  const pieces = modelPieces(model);
  const size = sizeOf(pieces);
  if (size > maxBytes) {
    throw new UserError(
      `Cannot write the model: one ONNX file holds at most ${maxBytes} bytes, and this one needs ${size}.`,
      'Work on a smaller network, or on its float16 export.',
    );
  }
  // A model that nothing was changed in is its file; the caller still gets bytes of its own.
  return pieces.length === 1 ? new Uint8Array(pieces[0]!) : join(pieces);
}

function modelPieces(model: Model): Uint8Array[] {
  const source = isModelSource(model.source) ? model.source : null;
  const lists = new Map<number, readonly Pieces[]>();
  const graph = graphPieces(model.graph, model.irVersion);
  if (!source || !isUntouched(graph, model.graph, source)) lists.set(modelField.graph, [graph]);
  if (!source || !sameEntries(source.metadata, model.metadata)) lists.set(modelField.metadata, metadataPieces(model));
  if (!source || !sameEntries(source.opsets, model.opsets)) lists.set(modelField.opsetImport, opsetPieces(model));
  return withLists(source?.message ?? head(model.irVersion), lists);
}

/** Whether the graph to write is still the very bytes of the file it came from. */
const isUntouched = (pieces: Pieces, { source }: Graph, { message }: ModelSource): boolean =>
  pieces.length === 1 &&
  isGraphSource(source) &&
  pieces[0]!.length === source.message.length &&
  pieces[0]!.buffer === message.buffer;

const head = (irVersion: number): Uint8Array =>
  toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: BigInt(irVersion) }));

const metadataPieces = ({ metadata }: Model): Pieces[] =>
  [...metadata].map(([key, value]) => [
    toBinary(StringStringEntryProtoSchema, create(StringStringEntryProtoSchema, { key, value })),
  ]);

const opsetPieces = ({ opsets }: Model): Pieces[] =>
  [...opsets].map(([domain, version]) => [
    toBinary(OperatorSetIdProtoSchema, create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) })),
  ]);

const sameEntries = <T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>): boolean =>
  a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
