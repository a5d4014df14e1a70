/** The child process in which candidates are scored. */
import { serve } from '../workers/serve.ts';
import { answer } from './score-model.ts';

serve(answer);
