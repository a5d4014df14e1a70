import { openTfjsTrainer } from '../../../src/train/tfjs/open.ts';
import { torchSteps } from '../step/torch-steps.ts';

torchSteps(options => openTfjsTrainer(options, '@tensorflow/tfjs'));
