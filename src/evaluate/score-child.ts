/** The child process in which candidates are scored. */

import type { Attempt } from '../errors/failure.ts';
import { batchKeeper } from '../images/batches.ts';
import type { Metric } from '../metric/metric.ts';
import type { NetworkInterface } from '../runtime/model-interface.ts';
import { serve } from '../runtime/serve.ts';
import { denseOutputs } from './dense-outputs.ts';
import type { GradeAnswer, GradeRequest, MetricRequest } from './grade-messages.ts';
import { answerGrade } from './grade-model.ts';
import type { ScoreAnswer, ScoreRequest } from './messages.ts';
import { describeMetric } from './module-metric.ts';
import { answerScore } from './score-model.ts';

const batches = batchKeeper();
const dense = denseOutputs();
serve(
  async (
    request: ScoreRequest | GradeRequest | MetricRequest,
  ): Promise<Attempt<NetworkInterface | ScoreAnswer | GradeAnswer | Metric>> => {
    if (request.kind === 'metric') return describeMetric(request.path);
    if (request.kind === 'grade') return answerGrade(request, { batches, dense });
    return answerScore(request, batches);
  },
);
