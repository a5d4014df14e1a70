import { openTrainer } from '../../../src/train/tfjs/open.ts';
import { torchSteps } from '../step/torch-steps.ts';

torchSteps(options => openTrainer(options, '@tensorflow/tfjs'));
