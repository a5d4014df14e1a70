import { openLoader } from '../../../src/train/loader/loader.ts';
import { openValidation } from '../../../src/train/loader/validation.ts';
import { localRunner } from '../../../src/train/runner/local.ts';
import { softmaxRegression } from '../../../src/train/softmax-regression.ts';
import { classes, imageDims, runnerContract, stepSize, trainData, validationData } from './contract.ts';

runnerContract('softmax regression in this process', async () =>
  localRunner({
    trainer: softmaxRegression({ imageDims, classes, stepSize }),
    loader: await openLoader({ ...trainData, batch: stepSize }),
    validation: await openValidation({ ...validationData, classes, threads: 1 }),
    imageDims,
    classes,
  }),
);
