/** The child process of the onnxruntime driver. */
import { complete } from '../../errors/failure.ts';
import { serve } from '../../runtime/serve.ts';
import type { PairAnswer, Probed, ProfileAnswer, Request } from './messages.ts';
import { samplePair } from './pair.ts';
import { probe } from './probe.ts';
import { runProfiled } from './run-profiled.ts';

serve<Request, PairAnswer | ProfileAnswer | Probed>(async request => {
  switch (request.do) {
    case 'pair':
      return samplePair(request);
    case 'profile':
      return runProfiled(request);
    case 'probe': {
      const answer = await probe(request.provider);
      return answer.state === 'failed' ? answer : complete({ kind: 'probed' });
    }
    default:
      return request satisfies never;
  }
});
