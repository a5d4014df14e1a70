import { softmaxRegression } from '../../src/train/softmax-regression.ts';
import { trainerContract } from './contract.ts';

const imageDims = [3, 4, 4];
trainerContract('softmax regression', {
  open: async () => softmaxRegression({ imageDims, classes: 3, stepSize: 8 }),
  imageDims,
  classes: 3,
});
