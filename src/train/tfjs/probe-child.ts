/** The child process of `probe.ts`. */
import { complete } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import { serve } from '../../runtime/serve.ts';
import { loadTfjs } from './load.ts';
import type { TfjsProbe } from './probe.ts';

serve<object, TfjsProbe>(async () => {
  try {
    const { package: name, version, tf } = await loadTfjs();
    return complete({ state: 'works', package: name, version, backend: tf.getBackend() });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return complete({ state: 'fails', reason: error.message });
  }
});
