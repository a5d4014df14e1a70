/** The thread in which a strategy is asked. */
import { workerData } from 'piscina';
import type { JsonRecord } from '../../store/store.ts';
import { answerOf, type Proposed, type Question } from './asker.ts';
import { setupFrom, strategyOf } from './setup.ts';

const strategy = strategyOf(setupFrom(workerData as JsonRecord));

export default (question: Question): Proposed => answerOf(strategy, question);
