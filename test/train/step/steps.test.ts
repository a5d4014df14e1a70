import { openOnnxruntimeTrainer } from '../../../src/train/onnxruntime/open.ts';
import { torchSteps } from './torch-steps.ts';

torchSteps(options => openOnnxruntimeTrainer(options, { provider: 'cpu', threads: 1, graphOptimization: 'all' }));
