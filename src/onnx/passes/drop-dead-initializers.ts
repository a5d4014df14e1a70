/** Drops constants that nothing reads. */
import { dropDeadInitializers } from '../edit.ts';
import type { Pass } from '../pass.ts';

export const dropDeadInitializersPass: Pass = {
  name: 'drop-dead-initializers',
  apply: model => {
    const graph = dropDeadInitializers(model.graph);
    return graph === model.graph ? { model, modified: false } : { model: { ...model, graph }, modified: true };
  },
};
