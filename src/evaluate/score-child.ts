/** The child process in which candidates are scored. */
import { serve } from '../workers/serve.ts';
import { batchKeeper } from './batches.ts';
import type { ScoreRequest } from './messages.ts';
import { answer } from './score-model.ts';

const keeper = batchKeeper();
serve((request: ScoreRequest) => answer(request, keeper));
