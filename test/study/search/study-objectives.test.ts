import { describe, expect, test } from 'vitest';
import { studyKinds, studyNames } from '../../../src/study/search/study-objectives.ts';

const device = { driver: 'scripted', tellsMemory: true };
interface Changes extends Partial<Parameters<typeof studyKinds>[0]> {
  readonly accuracy?: 'agreement';
}
const asked = ({ accuracy, ...changes }: Changes = {}, notes: string[] = []) =>
  studyNames(
    studyKinds({
      named: undefined,
      limits: undefined,
      stored: null,
      device,
      note: message => notes.push(message),
      ...changes,
    }),
    accuracy ?? 'top1',
  );
const stored = { name: 'night', objectives: ['latency', 'agreement'] };

describe('what a study minimises', () => {
  test('latency and accuracy by default, and what is named, in one order whatever the order given', () => {
    expect(asked()).toEqual(['latency', 'top1']);
    expect(asked({ accuracy: 'agreement' })).toEqual(['latency', 'agreement']);
    expect(asked({ named: ['size', 'accuracy', 'latency'] })).toEqual(['latency', 'top1', 'size']);
  });

  test('a limit of a new study adds what it limits, and says so', () => {
    const notes: string[] = [];
    expect(asked({ limits: { maxSizeBytes: 8e6, maxDrop: 0.01 } }, notes)).toEqual(['latency', 'top1', 'size']);
    expect(notes).toEqual(['The size is measured and minimised too, since it has a limit.']);
  });

  test('a study that goes on keeps what it has, without a word', () => {
    const notes: string[] = [];
    const three = { name: 'night', objectives: ['latency', 'top1', 'size'] };
    expect(asked({ stored: three, limits: { maxSizeBytes: 8e6 } }, notes)).toEqual(['latency', 'top1', 'size']);
    expect(asked({ stored: { ...stored }, accuracy: 'agreement' }, notes)).toEqual(['latency', 'agreement']);
    expect(notes).toEqual([]);
  });

  test('a limit of what is not measured is refused with the way out', () => {
    expect(() => asked({ stored, limits: { maxSizeBytes: 8e6 } })).toThrow(
      '--max-size limits the size, which study "night" does not measure',
    );
    expect(() => asked({ named: ['latency', 'accuracy'], limits: { maxMemoryBytes: 8e6 } })).toThrow(
      '--max-memory limits the memory, which is not among --objectives',
    );
  });

  test('so are names that do not exist, axes that are left out, and a memory that the device cannot tell', () => {
    expect(() => asked({ named: ['latency', 'accuracy', 'energy'] })).toThrow('found "energy"');
    expect(() => asked({ named: ['latency', 'size'] })).toThrow('accuracy cannot be left out');
    expect(() => asked({ limits: { maxMemoryBytes: 1 }, device: { driver: 'roofline', tellsMemory: false } })).toThrow(
      'the device "roofline" cannot tell how much memory a run takes',
    );
  });
});
