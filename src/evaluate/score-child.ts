/** The child process in which candidates are scored. */

import type { Attempt } from '../errors/failure.ts';
import { batchKeeper } from '../images/batches.ts';
import type { NetworkInterface } from '../runtime/model-interface.ts';
import { serve } from '../runtime/serve.ts';
import { denseOutputs } from './dense-outputs.ts';
import type { GradeAnswer, GradeRequest } from './grade-messages.ts';
import { answerGrade } from './grade-model.ts';
import type { ScoreAnswer, ScoreRequest } from './messages.ts';
import { answerScore } from './score-model.ts';

const batches = batchKeeper();
const dense = denseOutputs();
serve(
  async (request: ScoreRequest | GradeRequest): Promise<Attempt<NetworkInterface | ScoreAnswer | GradeAnswer>> =>
    request.kind === 'grade' ? answerGrade(request, { batches, dense }) : answerScore(request, batches),
);
