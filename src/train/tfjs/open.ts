/** Opens a trainer on TensorFlow.js. Only child processes load this file. */
import { openGraphTrainer } from '../graph-trainer.ts';
import type { TrainingOptions } from '../options.ts';
import type { Trainer } from '../trainer.ts';
import { tfjsEngine } from './engine.ts';
import { loadTfjs } from './load.ts';

/** @param only one package, in place of those that are usually tried */
export async function openTfjsTrainer(options: TrainingOptions, only: string | null): Promise<Trainer> {
  const { tf } = await loadTfjs(only);
  return openGraphTrainer(options, tfjsEngine(tf));
}
