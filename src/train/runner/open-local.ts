/** Opens a training in this process, from plain data. Only child processes load this file, since engines are native. */
import { loadModel } from '../../host/model-file.ts';
import { openLoader } from '../loader/loader.ts';
import { openValidation } from '../loader/validation.ts';
import { prepareNetwork } from '../network/prepare.ts';
import type { TrainingOptions } from '../options.ts';
import type { Trainer } from '../trainer.ts';
import type { EngineChoice } from './engine-choice.ts';
import { localRunner } from './local.ts';
import type { RunnerSetup, TrainingRunner } from './runner.ts';

/** @throws UserError when the network, its engine or the data cannot be used */
export async function openLocal(setup: RunnerSetup): Promise<TrainingRunner> {
  const { model } = loadModel(setup.modelPath);
  const teacher = setup.teacherPath === null ? null : loadModel(setup.teacherPath).model;
  const { imageDims, classes } = prepareNetwork(model);
  const trainer = await openTrainer({ ...setup.training, model, teacher }, setup.engine);
  try {
    const loader = await openLoader({ ...setup.data, batch: trainer.stepSize });
    const validation =
      setup.validation && (await openValidation({ ...setup.validation, classes, threads: setup.data.threads }));
    return localRunner({ trainer, loader, validation, imageDims, classes });
  } catch (error) {
    await trainer.close();
    throw error;
  }
}

async function openTrainer(options: TrainingOptions, engine: EngineChoice): Promise<Trainer> {
  switch (engine.kind) {
    case 'onnxruntime':
      return (await import('../onnxruntime/open.ts')).openOnnxruntimeTrainer(options, engine);
    case 'tfjs':
      return (await import('../tfjs/open.ts')).openTfjsTrainer(options, engine.package);
    case 'torch':
      throw new Error('PyTorch has processes of its own');
    default:
      return engine satisfies never;
  }
}
