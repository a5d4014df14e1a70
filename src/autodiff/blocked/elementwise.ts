/** Operators that do the same to every element, whatever the layout. */
import { scaleByChannel } from './by-channel.ts';
import { alreadyBlocked, type BlockedRule, blockedSizes } from './rule.ts';

/** Where all inputs are of one shape or single numbers, and one is blocked already. */
export const elementwise: BlockedRule = (at, node) => {
  const { to, sizes } = at;
  const [output = ''] = node.outputs;
  const whole = blockedSizes(at, output);
  if (!whole) return false;
  const same = (name: string): boolean => String(sizes(name)) === String(whole);
  const single = (name: string): boolean => sizes(name)?.length === 0;
  if (!node.inputs.every(name => same(name) || single(name)) || !node.inputs.some(to.isBlocked)) return false;
  const inputs = node.inputs.map(name => (same(name) ? to.blocked(name) : to.plain(name)));
  const value = `${output}/blocked`;
  to.keep({ ...node, inputs, outputs: [value] });
  to.define(output, value, whole[1] ?? 0);
  return true;
};

/** Elementwise, or by a vector of a number per channel. */
export const product: BlockedRule = (at, node) => {
  const { to, sizes } = at;
  const [x = '', factor = ''] = node.inputs;
  const [, channels = 0] = alreadyBlocked(at, x) ?? [];
  if (channels === 0 || String(sizes(factor)) !== `${channels},1,1`) return elementwise(at, node);
  to.define(node.outputs[0] ?? '', scaleByChannel(to, to.blocked(x), to.plain(factor), null, channels), channels);
  return true;
};
