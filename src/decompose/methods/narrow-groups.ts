import type { BlockShape } from '../geometry.ts';

/** Below this a group has too few channels for a low rank to leave anything out. */
const minimumGroupChannels = 4;

/** Groups whose channels have next to nothing in common that a low rank could share: depthwise convolutions, and nearly so. */
export const narrowGroups = ({ groups, inPerGroup, outPerGroup }: BlockShape): boolean =>
  groups > 1 && Math.min(inPerGroup, outPerGroup) < minimumGroupChannels;
