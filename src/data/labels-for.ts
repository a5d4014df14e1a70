/** Fits the labels of a dataset to the outputs of a network, or says why they do not fit. */
import { UserError } from '../errors/user-error.ts';
import { isWordNetId, orderName } from './class-order.ts';
import type { Dataset } from './dataset.ts';

/**
 * One output index per image; null when the dataset has no labels. Named classes go to the outputs by the list of classes
 * where there is one that fits, else in the order of their names (that of ImageNet, when the names are WordNet ids).
 *
 * @param outputs the width of the network's output
 * @throws UserError when they do not fit
 */
export function labelsFor(dataset: Dataset, outputs: number): Int32Array | null {
  const { labels, classNames, spec } = dataset;
  if (!labels) return null;
  const offset = spec.labelOffset;
  const fitting = classNames
    ? byName(dataset, labels, classNames, outputs - offset)
    : byIndex(dataset, labels, outputs);
  return offset === 0 ? fitting : fitting.map(label => label + offset);
}

function byIndex(dataset: Dataset, labels: Int32Array, outputs: number): Int32Array {
  const room = outputs - dataset.spec.labelOffset;
  const exact = dataset.kind === 'cifar10';
  if (exact ? dataset.classes === room : dataset.classes <= room) return labels;
  const have = exact
    ? `images of ${dataset.classes} classes`
    : `labels up to ${dataset.classes - 1 + dataset.spec.labelOffset}`;
  throw mismatch(`the data has ${have}, the output of the model is ${outputs} wide`, dataset.classes, outputs);
}

function byName(dataset: Dataset, labels: Int32Array, names: readonly string[], outputs: number): Int32Array {
  const order = dataset.classOrder;
  const useOrder =
    order !== null && (order.given || (order.length === outputs && names.every(name => order.index.has(name))));
  if (!useOrder) {
    if (names.length === outputs) return labels;
    throw mismatch(
      `the data has ${names.length} classes, the output of the model is ${outputs + dataset.spec.labelOffset} wide`,
      names.length,
      outputs + dataset.spec.labelOffset,
      names.length < outputs && names.every(isWordNetId),
    );
  }
  if (order.length !== outputs)
    throw mismatch(
      `the list of classes ${orderName(order)} does not match the output of the model, which is ${outputs} wide`,
      order.length,
      outputs,
    );
  const indices = names.map(name => {
    const index = order.index.get(name);
    if (index === undefined)
      throw new UserError(
        `Cannot match the data with the model: the class "${name}" is not in the list of classes ${orderName(order)}.`,
        'Name the classes as in the list, or give another list in the dataset YAML (classes: FILE).',
      );
    return index;
  });
  return labels.map(label => indices[label]!);
}

function mismatch(what: string, have: number, outputs: number, wordNet = false): UserError {
  const wayOut =
    outputs === have + 1
      ? 'If output 0 is "background", say labelOffset: 1 in a dataset YAML; otherwise give the data the model was trained on.'
      : wordNet
        ? 'Put the list of all classes in the order of the outputs beside the images (synset_words.txt, one WordNet id per line).'
        : have < outputs
          ? 'Give all classes in the order of the outputs (classes: FILE in a dataset YAML), or the data the model was trained on.'
          : 'Give data with the classes that the model was trained on.';
  return new UserError(`Cannot match the data with the model: ${what}.`, wayOut);
}
