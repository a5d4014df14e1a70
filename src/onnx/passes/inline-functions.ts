/** Writes the functions of a model's own where they are called, so that the layers in them are nodes like all others. */
import { isAttributeProto, readAttribute } from '../attribute-proto.ts';
import { freshNames } from '../edit.ts';
import type { Attribute, Graph, Model, Node } from '../graph.ts';
import { identityNode } from '../identity.ts';
import { decode, open, payloadOf } from '../message.ts';
import { isModelSource } from '../model-source.ts';
import { readNode } from '../node-proto.ts';
import { AttributeProtoSchema, FunctionProtoSchema, OperatorSetIdProtoSchema } from '../onnx_pb.ts';
import type { Pass } from '../pass.ts';
import type { ReadOptions } from '../read-context.ts';
import { bodiesOf } from '../subgraph.ts';
import { standardDomain } from '../versions.ts';

/** Fields of FunctionProto that are looked into here. */
const field = { input: 4, output: 5, node: 7, opsetImport: 9, attributeProto: 11 } as const;

interface FunctionBody {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly Node[];
  readonly opsets: ReadonlyMap<string, number>;
  /** Those that have a value where a call gives none. */
  readonly defaults: ReadonlyMap<string, Attribute>;
}

/** No function calls itself; one that is nested deeper than this was made to exhaust the memory, and so was a graph of so many nodes. */
const maxDepth = 50;
const maxNodes = 500_000;

/**
 * Calls stay calls where a function holds branches or loops, is there twice (as overloads are), or needs operators of another version than the model.
 *
 * @param options how the file is called where a constant in a function cannot be read
 */
export const inlineFunctionsPass = (options: ReadOptions): Pass => ({
  name: 'inline-functions',
  apply: model => {
    const functions = functionsOf(model, options);
    const calls = (node: Node): FunctionBody | undefined => functions.get(keyOf(node));
    if (!model.graph.nodes.some(calls)) return { model, modified: false };
    const graph = inlined(model.graph, calls);
    const opsets = new Map(model.opsets);
    for (const body of functions.values()) for (const [domain, version] of body.opsets) opsets.set(domain, version);
    return graph ? { model: { ...model, graph, opsets }, modified: true } : { model, modified: false };
  },
  ensures: ({ graph: before }, { graph: after }) =>
    before.inputs === after.inputs && before.outputs === after.outputs ? null : 'the inputs or outputs were changed',
});

const keyOf = ({ opType, domain }: { readonly opType: string; readonly domain: string }): string =>
  `${standardDomain(domain)}.${opType}`;

/** Null where calls are nested too deep. */
function inlined(graph: Graph, calls: (node: Node) => FunctionBody | undefined): Graph | null {
  const fresh = freshNames(graph);
  let { nodes } = graph;
  for (let depth = 0; nodes.some(calls); depth++) {
    if (depth === maxDepth || nodes.length > maxNodes) return null;
    nodes = nodes.flatMap(node => {
      const body = calls(node);
      return body ? bodyAt(node, body, fresh) : [node];
    });
  }
  return { ...graph, nodes };
}

/** The nodes of a function in the place of one call. */
function bodyAt(call: Node, body: FunctionBody, fresh: (wanted: string) => string): readonly Node[] {
  const prefix = call.name || call.outputs[0] || call.opType;
  const names = new Map<string, string>([['', '']]);
  body.inputs.forEach((name, i) => {
    names.set(name, call.inputs[i] ?? '');
  });
  const passedOn: Node[] = [];
  body.outputs.forEach((name, i) => {
    const output = call.outputs[i] ?? '';
    if (output === '') return;
    // An input, or one value twice, is handed on as it is.
    if (!names.has(name)) names.set(name, output);
    else passedOn.push(identityNode(fresh(`${prefix}/output_${i}`), names.get(name)!, output));
  });
  const nameOf = (name: string): string => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const made = fresh(`${prefix}/${name}`);
    names.set(name, made);
    return made;
  };
  const nodes = body.nodes.map((node): Node => {
    const { opType, domain } = node;
    return {
      name: fresh(`${prefix}/${node.name || opType}`),
      opType,
      domain,
      inputs: node.inputs.map(nameOf),
      outputs: node.outputs.map(nameOf),
      attributes: attributesAt(node, call, body),
    };
  });
  return [...nodes, ...passedOn];
}

/** An attribute that refers to one of the function has the value that the call gives, or none. */
function attributesAt(node: Node, call: Node, { defaults }: FunctionBody): ReadonlyMap<string, Attribute> {
  const found = [...node.attributes].map(([name, attribute]): [string, Attribute | undefined] => {
    const referred = referenceOf(attribute);
    return [name, referred === null ? attribute : (call.attributes.get(referred) ?? defaults.get(referred))];
  });
  return new Map(found.filter((entry): entry is [string, Attribute] => entry[1] !== undefined));
}

const referenceOf = (attribute: Attribute): string | null =>
  attribute.kind === 'other' && isAttributeProto(attribute.source) && attribute.source.refAttrName !== ''
    ? attribute.source.refAttrName
    : null;

function functionsOf({ source, opsets }: Model, options: ReadOptions): ReadonlyMap<string, FunctionBody> {
  const found = new Map<string, FunctionBody | null>();
  for (const message of isModelSource(source) ? source.functions : []) {
    const [key, body] = readFunction(message, options);
    const usable =
      !found.has(key) &&
      body.nodes.every(node => bodiesOf(node).operators.length === 0) &&
      [...body.opsets].every(([domain, version]) => (opsets.get(domain) ?? version) === version);
    found.set(key, usable ? body : null);
  }
  return new Map([...found].filter((entry): entry is [string, FunctionBody] => entry[1] !== null));
}

function readFunction(message: Uint8Array, options: ReadOptions): readonly [string, FunctionBody] {
  const { message: head, parts } = open(FunctionProtoSchema, message, new Set(Object.values(field)));
  const textOf = new TextDecoder();
  const valuesOf = (number: number): Uint8Array[] =>
    parts.filter(part => part.number === number).map(part => payloadOf(message, part));
  const imports = valuesOf(field.opsetImport).map(each => decode(OperatorSetIdProtoSchema, each));
  const defaults = valuesOf(field.attributeProto).map(each => decode(AttributeProtoSchema, each));
  return [
    keyOf({ opType: head.name, domain: head.domain }),
    {
      inputs: valuesOf(field.input).map(each => textOf.decode(each)),
      outputs: valuesOf(field.output).map(each => textOf.decode(each)),
      nodes: valuesOf(field.node).map(each => readNode(each, options)),
      opsets: new Map(imports.map(({ domain, version }) => [standardDomain(domain), Number(version)])),
      defaults: new Map(defaults.map(each => [each.name, readAttribute(each, options)])),
    },
  ];
}
