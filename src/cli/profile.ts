/** `rankfront profile`: where the time of the dense model goes. */
import { defineCommand } from './command.ts';
import { hardwareOption, jsonOption, modelOption } from './options.ts';

export const profile = defineCommand({
  usage: 'profile',
  summary: 'Show where the time goes: per layer, milliseconds, MACs and what a ladder could save',
  options: { model: modelOption, hardware: hardwareOption, json: jsonOption },
  examples: [
    [
      'rankfront profile --model resnet18.onnx --hardware hardware-profiles/cpu-2-threads.yaml',
      'the costliest layers first',
    ],
  ],
  run: async () => 0,
});
