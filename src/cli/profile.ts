/** `rankfront profile`: where the time of the dense model goes. */
import { profileSummary, profileTable } from '../report/profile-report.ts';
import { planFromFiles } from '../study/plan.ts';
import { profileView } from '../study/profile.ts';
import { defineCommand } from './command.ts';
import { hardwareOption, jsonOption, modelOption } from './options.ts';

export const profile = defineCommand({
  usage: 'profile',
  summary: 'Show where the time goes: per layer, milliseconds, MACs and what a ladder could save',
  options: {
    model: modelOption,
    hardware: hardwareOption,
    space: { type: 'string', describe: 'The search space whose ladders are looked at; by default the proposed one' },
    json: jsonOption,
  },
  examples: [
    [
      'rankfront profile --model resnet18.onnx --hardware hardware-profiles/cpu-2-threads.yaml',
      'the costliest layers first',
    ],
  ],
  run: async (args, console) => {
    const view = await profileView(planFromFiles(args.model, args.space, args.hardware), console.note);
    if (args.json)
      console.out(
        JSON.stringify(
          { model: view.model, device: view.device, totalMs: view.totalMs, ...profileSummary(view) },
          null,
          2,
        ),
      );
    else console.out(profileTable(view));
    return 0;
  },
});
