/** `rankfront space`: writes a search space that a user can edit. */
import type { NodeTimings } from '../device/node-times.ts';
import { type HardwareProfile, parseHardwareProfile } from '../device/profile.ts';
import { UserError } from '../errors/user-error.ts';
import { demandWritable, writeAtomically } from '../files/write.ts';
import { keptFiles } from '../host/kept-files.ts';
import { loadModel } from '../host/model-file.ts';
import { inferShapes } from '../onnx/shapes.ts';
import { layerLines, networkLines } from '../report/inspection-text.ts';
import { joinLines } from '../report/text-table.ts';
import { weightLines } from '../report/weights-text.ts';
import { reachOf, weightRecords } from '../space/weights.ts';
import { notesOf } from '../study/build/model-notes.ts';
import { type ModelSites, openSites, profileText, proposedSpace } from '../study/build/plan.ts';
import { networkView } from '../study/inspect/network.ts';
import { nodeTimesOf } from '../study/measure/profile.ts';
import { defineCommand } from './command.ts';
import { hardwareOption, inputShapeOption, jsonOption, modelOption, sizesThatAreOpen } from './options.ts';

export const space = defineCommand({
  settings: ['model', 'hardware', 'inputShape'],
  options: {
    model: modelOption,
    hardware: hardwareOption,
    'input-shape': { ...inputShapeOption, describe: sizesThatAreOpen },
    out: { type: 'string', describe: 'The file to write [default: standard output]' },
    times: {
      type: 'boolean',
      default: true,
      describe: 'Show what share of the time the layers take on this machine; --no-times skips this',
    },
    weights: { type: 'boolean', default: false, describe: 'List every weight: whether it is a site, and why not' },
    json: jsonOption,
  },
  examples: [
    [
      'rankfront space --model resnet18.onnx --hardware cpu-2-threads --out space.yaml',
      'write a search space that you can edit',
    ],
  ],
  run: async (args, console) => {
    const place = { kept: keptFiles({ models: [args.model], hardware: args.hardware }) };
    if (args.out !== undefined) demandWritable(args.out, 'the search space', place);
    const loaded = loadModel(args.model);
    const text = await profileText(args.hardware, loaded, { inputShape: args['input-shape'] });
    const hardware = parseHardwareProfile(text, args.hardware);
    const found = await openSites(args.model, hardware, undefined, loaded);
    const { sites, rejected, outputs } = found;
    for (const note of notesOf(found)) console.note(note);
    const yaml = proposedSpace(found, hardware);
    const times = args.times ? await timesOf(found, hardware, console.note) : null;
    const layers = networkView(found, hardware, times);
    const weights = args.weights || args.json ? weightsOf(found, hardware, times) : null;
    if (args.json) {
      console.out(
        JSON.stringify(
          {
            space: yaml,
            sites: sites.map(({ name, kind, macs, methods }) => ({ name, kind, macs, methods })),
            rejected,
            layers: { searched: layers.searched, leftOut: layers.leftOut },
            weights: weights?.records,
            reach: weights?.reach,
            outputs,
          },
          null,
          2,
        ),
      );
    } else if (args.out === undefined) {
      // The search space may go into a file: what is for people alone goes beside it.
      for (const line of layerLines(layers)) console.note(line);
      if (weights) for (const line of weightLines(weights.records, weights.reach)) console.note(line);
      console.out(yaml.trimEnd());
    } else {
      console.out(joinLines(networkLines(layers)));
      if (weights) console.out(joinLines(weightLines(weights.records, weights.reach)));
    }
    if (args.out !== undefined) {
      writeAtomically(args.out, yaml, 'the search space', place);
      console.note(
        `Wrote ${args.out}. Edit it, then: rankfront search --model ${args.model} --hardware ${args.hardware} --space ${args.out} --data ...`,
      );
    }
    return 0;
  },
});

function weightsOf(found: ModelSites, { inputShape }: HardwareProfile, times: NodeTimings | null) {
  const { model } = found.loaded;
  const shapes = inferShapes(model.graph, model.opsets, inputShape);
  const ms = times && new Map(times.nodes.map(each => [each.output, each.ms]));
  const records = weightRecords(model, shapes, found);
  return { records, reach: reachOf(model, shapes, found, ms, records) };
}

/** Null where only another machine could tell, and where it does not run here: a search space can be written all the same. */
async function timesOf(
  { loaded }: ModelSites,
  hardware: HardwareProfile,
  note: (text: string) => void,
): Promise<NodeTimings | null> {
  const { kind } = hardware.driver;
  if (kind !== 'onnxruntime' && kind !== 'roofline') return null;
  try {
    const timed = await nodeTimesOf({ hardware, loaded }, note);
    if (timed.state === 'complete') return timed.value;
    note(`The layers were not timed: ${timed.detail}.`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    note(`The layers were not timed. ${error.message}`);
  }
  return null;
}
