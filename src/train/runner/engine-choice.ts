/** What runs the steps, as plain data. */

import type { SessionSettings } from '../../runtime/session.ts';

export type EngineChoice =
  | ({ readonly kind: 'onnxruntime' } & SessionSettings)
  /** TensorFlow.js; `package` is null for whichever of the packages with native code is installed. */
  | { readonly kind: 'tfjs'; readonly package: string | null };
