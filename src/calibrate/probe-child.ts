/** The child process in which candidates are run over calibration images. */
import { batchKeeper } from '../images/batches.ts';
import { serve } from '../runtime/serve.ts';
import type { ProbeRequest } from './probe-messages.ts';
import { runProbe } from './run-probe.ts';

const keeper = batchKeeper();
serve((request: ProbeRequest) => runProbe(request, keeper));
