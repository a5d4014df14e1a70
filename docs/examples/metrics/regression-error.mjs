/** Mean distance between a number that the network gives and the true one, in pixels. Lower is better. */
import { readFileSync } from 'node:fs';

const truth = JSON.parse(readFileSync(process.env.TRUTH ?? 'truth.json', 'utf8'));

export default {
  label: 'error',
  unit: 'px',
  best: 0,
  // What a network is off by that has learnt nothing.
  worst: 20,
  image: ({ outputs, name }) => Math.abs(Number(outputs.value.data[0]) - truth[name]),
};
