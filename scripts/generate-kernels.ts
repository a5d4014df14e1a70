/** Part of `npm run generate`: writes `src/linalg/kernels/kernels.gen.ts`. */
import { writeFileSync } from 'node:fs';
import { compileKernels, kernelsModule, kernelsSource } from './kernels.ts';

writeFileSync(kernelsModule, kernelsSource(await compileKernels()));
