import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenDevice } from '../../../src/device/driver.ts';
import { scriptedDevice } from '../../../src/device/scripted.ts';
import { complete } from '../../../src/errors/failure.ts';
import { UserError } from '../../../src/errors/user-error.ts';
import { type Plan, planFromFiles } from '../../../src/study/build/plan.ts';
import { profileView } from '../../../src/study/measure/profile.ts';
import { makeWorld, type World } from '../../cli/world.ts';

let world: World;
let plan: Plan;
beforeAll(async () => {
  world = makeWorld();
  plan = await planFromFiles(world.model, undefined, world.hardware);
});
afterAll(() => world.remove());

const look = (open?: OpenDevice) => profileView(plan, null, () => {}, open);

test('the times of layers are those that the device tells', async () => {
  const view = await look(async () =>
    scriptedDevice(() => complete(1), {
      nodesOf: ({ model }) =>
        complete(
          (model?.graph.nodes ?? []).map(({ name, opType, outputs }, index) => ({
            ...{ name, opType, index },
            output: outputs[0] ?? '',
            ms: index + 1,
          })),
        ),
    }),
  );
  const { nodes } = plan.loaded.model.graph;
  expect(view.totalMs).toBe((nodes.length * (nodes.length + 1)) / 2);
  for (const { site, ms } of view.sites) {
    const output = plan.sites.find(({ name }) => name === site)?.output;
    expect(ms).toBe(1 + nodes.findIndex(({ outputs }) => outputs[0] === output));
  }
  expect(view.device).toBe('roofline, batch 1');
});

test('a device that cannot tell them says so', async () => {
  const opened = look(async () => scriptedDevice(() => complete(1), { driver: 'board' }));
  await expect(opened).rejects.toThrow(UserError);
  await expect(opened).rejects.toThrow(
    /^Cannot profile ".*model\.onnx": the driver "board" of "computed" tells no times of single layers\. /,
  );
});
