/** The versions of the format that are read: what onnxruntime 1.30 loads, from opset 7 on. */

export const oldestOpset = 7;
export const newestOpset = 26;
/** IR version 3 (ONNX 1.0) is the first that says which opset it needs. */
export const oldestIrVersion = 3;
export const newestIrVersion = 13;

/** The standard operators have two names for their domain. */
export const standardDomain = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);
