/** Everything that can be read of a store, as plain JSON. */
import type { Store } from '../../../src/store/store.ts';

export async function contentOf(store: Store): Promise<unknown> {
  const summaries = await store.studies.list();
  const studies = await Promise.all(
    summaries.map(async summary => {
      const study = await store.studies.get(summary.name);
      if (!study) throw new Error(`${summary.name} is listed but cannot be found`);
      const trials = await store.trials.list(study.id);
      const samples = await Promise.all(trials.map(({ id }) => store.trials.samples(id)));
      const corrections = await Promise.all(trials.map(({ id }) => store.trials.correction(id)));
      const refinements = await Promise.all(trials.map(({ id }) => store.trials.refinement(id)));
      const front = (await store.trials.front(study.id)).map(({ number }) => number);
      const setups = await Promise.all(trials.map(({ asked }) => (asked ? store.tuning.setup(asked.setup) : null)));
      const siteTable = await store.tuning.siteTable(study.id);
      const trainings = await Promise.all(
        trials.map(async ({ id }) => {
          const runs = await store.training.list(id);
          return Promise.all(runs.map(async run => ({ ...run, ...(await store.training.metrics(run.id)) })));
        }),
      );
      return { summary, study, trials, samples, front, setups, siteTable, corrections, refinements, trainings };
    }),
  );
  return JSON.parse(
    JSON.stringify(studies, (_, value) => (ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value)),
  );
}
