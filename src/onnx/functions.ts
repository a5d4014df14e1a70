/** The functions that a model brings along, and which of them multiply matrices. */
import { open } from './message.ts';
import { isModelSource } from './model-source.ts';
import { FunctionProtoSchema } from './onnx_pb.ts';
import { type Operator, operatorsOfFunction } from './subgraph.ts';
import { standardDomain } from './versions.ts';

/** Operators that multiply matrices, those of onnxruntime's own with them. */
const weighted =
  /^(Nhwc)?(Fused)?Conv(Transpose)?$|^(Fused)?(Gemm|MatMul).*$|^TransposeMatMul$|Attention|^(Einsum|LSTM|GRU|RNN|DeformConv|MoE)$/;

export interface Functions {
  /** Whether the model itself defines the operator. */
  readonly has: (operator: Operator) => boolean;
  /** Whether the operator multiplies matrices, or a function that it is does, at any depth. */
  readonly multiplies: (operator: Operator) => boolean;
}

export function functionsOf(source: object | undefined): Functions {
  const bodies = new Map<string, readonly Operator[]>();
  if (isModelSource(source)) {
    for (const message of source.functions) {
      const { name, domain } = open(FunctionProtoSchema, message, new Set([functionNodes])).message;
      bodies.set(keyOf({ opType: name, domain }), operatorsOfFunction(message));
    }
  }
  const holding = new Set<string>();
  const multiplies = (operator: Operator): boolean => {
    const key = keyOf(operator);
    return bodies.has(key) ? holding.has(key) : weighted.test(operator.opType);
  };
  // A function may call those before and behind it; what holds is found once nothing is added any more.
  for (let found = -1; found < holding.size; ) {
    found = holding.size;
    for (const [key, operators] of bodies) if (operators.some(multiplies)) holding.add(key);
  }
  return { has: operator => bodies.has(keyOf(operator)), multiplies };
}

/** Field of FunctionProto. */
const functionNodes = 7;

const keyOf = ({ opType, domain }: Operator): string => `${standardDomain(domain)}.${opType}`;
