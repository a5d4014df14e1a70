/** A device that the caller brought: we let go of it, and it stays the caller's to close. */
import { failed } from '../errors/failure.ts';
import type { Device } from './device.ts';

/**
 * The same device with a `close` of its own: what is under way then fails as `interrupted` at once, and so does all that comes later.
 * The device itself goes on, and can be used again.
 */
export function lentDevice(device: Device): Device {
  const interrupted = failed('interrupted', 'the device was closed');
  const { promise: over, resolve } = Promise.withResolvers<typeof interrupted>();
  let closed = false;
  const close = async (): Promise<void> => {
    closed = true;
    resolve(interrupted);
  };
  // Whatever a device has besides is passed on, with itself as `this`: it may be an instance of a class.
  return new Proxy(device, {
    get: (target, key) => {
      if (key === 'close') return close;
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return async (...given: unknown[]): Promise<unknown> =>
        closed ? interrupted : Promise.race([Reflect.apply(value, target, given), over]);
    },
  });
}
