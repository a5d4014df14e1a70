/** The child process in which candidates are scored. */

import { batchKeeper } from '../images/batches.ts';
import { serve } from '../runtime/serve.ts';
import type { ScoreRequest } from './messages.ts';
import { answerScore } from './score-model.ts';

const keeper = batchKeeper();
serve((request: ScoreRequest) => answerScore(request, keeper));
