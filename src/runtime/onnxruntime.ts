/** The one place that loads ONNX Runtime, with its telemetry off before the native library is there. */
import './no-telemetry.ts';

export { InferenceSession, Tensor } from 'onnxruntime-node';
