/** Opens a trainer on ONNX Runtime. Only child processes load this file. */

import type { SessionSettings } from '../../runtime/session.ts';
import { openGraphTrainer } from '../graph-trainer.ts';
import type { TrainingOptions } from '../options.ts';
import type { Trainer } from '../trainer.ts';
import { onnxruntimeEngine } from './engine.ts';

export const openOnnxruntimeTrainer = (options: TrainingOptions, session: SessionSettings): Promise<Trainer> =>
  openGraphTrainer(options, onnxruntimeEngine(session));
