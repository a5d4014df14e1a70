/** The child process in which candidates are scored. */

import type { Attempt } from '../errors/failure.ts';
import { batchKeeper } from '../images/batches.ts';
import type { Metric } from '../metric/metric.ts';
import type { NetworkInterface } from '../runtime/model-interface.ts';
import { serve } from '../runtime/serve.ts';
import { answerOutputs } from './all-outputs.ts';
import type { ChildRequest } from './ask-child.ts';
import { denseOutputs } from './dense-outputs.ts';
import type { GradeAnswer, ImageOutputs } from './grade-messages.ts';
import { answerGrade } from './grade-model.ts';
import { outputJudge } from './judge-outputs.ts';
import type { ScoreAnswer } from './messages.ts';
import { describeMetric } from './module-metric.ts';
import { answerScore } from './score-model.ts';

type Answer = NetworkInterface | ScoreAnswer | GradeAnswer | Metric | readonly ImageOutputs[] | null;

const batches = batchKeeper();
const dense = denseOutputs();
const judge = outputJudge();
serve(async (request: ChildRequest): Promise<Attempt<Answer>> => {
  switch (request.kind) {
    case 'metric':
      return describeMetric(request.path);
    case 'grade':
      return answerGrade(request, { batches, dense });
    case 'outputs':
      return answerOutputs(request, batches);
    case 'judge':
      return judge(request);
    case 'describe':
    case 'score':
      return answerScore(request, batches);
    default:
      return request satisfies never;
  }
});
