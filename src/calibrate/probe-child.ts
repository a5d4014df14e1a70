/** The child process in which candidates are run over calibration images. */
import { batchKeeper } from '../evaluate/batches.ts';
import { serve } from '../workers/serve.ts';
import type { ProbeRequest } from './probe-messages.ts';
import { runProbe } from './run-probe.ts';

const keeper = batchKeeper();
serve((request: ProbeRequest) => runProbe(request, keeper));
