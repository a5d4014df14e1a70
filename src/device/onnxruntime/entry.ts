/** The child process of the onnxruntime driver. */
import { complete } from '../../errors/failure.ts';
import { serve } from '../../runtime/serve.ts';
import type { MemoryAnswer, OutputsAnswer, PairAnswer, Probed, ProfileAnswer, Request } from './messages.ts';
import { samplePair } from './pair.ts';
import { probe } from './probe.ts';
import { runOutputs } from './run-outputs.ts';
import { runProfiled } from './run-profiled.ts';
import { runRemembered } from './run-remembered.ts';

serve<Request, PairAnswer | ProfileAnswer | MemoryAnswer | OutputsAnswer | Probed>(async request => {
  switch (request.do) {
    case 'pair':
      return samplePair(request);
    case 'profile':
      return runProfiled(request);
    case 'memory':
      return runRemembered(request);
    case 'outputs':
      return runOutputs(request);
    case 'probe': {
      const answer = await probe(request.provider, request.session);
      return answer.state === 'failed' ? answer : complete({ kind: 'probed' });
    }
    default:
      return request satisfies never;
  }
});
