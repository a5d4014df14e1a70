/** Operators that look elements up by an input of indices, or write them there. */

import { intAttribute, textAttribute } from '../attributes.ts';
import type { Dimension } from '../graph.ts';
import { elementAt, known, tabulate } from './content.ts';
import { axisOf } from './dimension.ts';
import { type Rule, type Rules, shaped, unknown, withContent } from './rule.ts';

const gather: Rule = at => {
  const [data, indices] = [at.input(0), at.input(1)];
  if (!data.shape || !indices.shape) return [unknown];
  const axis = axisOf(intAttribute(at.node, 'axis', 0), data.shape.length);
  if (axis === null) return [unknown];
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
  const [from, where] = [known(data), known(indices)];
  const depth = indices.shape.length;
  const content =
    from &&
    where &&
    tabulate(shape, index => {
      const found = elementAt(where, index.slice(axis, axis + depth));
      const at = typeof found === 'number' ? axisOf(found, from.dims[axis]!) : null;
      return at === null ? null : elementAt(from, [...index.slice(0, axis), at, ...index.slice(axis + depth)]);
    });
  return [withContent(shape, content, data.type)];
};

/** indices [..., k] into data of rank r: [..., data axes from k on]. */
const gatherNd: Rule = at => {
  const [data, indices] = [at.input(0), at.input(1)];
  const depth = indices.shape?.at(-1);
  if (!data.shape || !indices.shape || typeof depth !== 'number') return [unknown];
  const shared = intAttribute(at.node, 'batch_dims', 0);
  const shape = [...indices.shape.slice(0, -1), ...data.shape.slice(shared + depth)];
  const [from, where] = [known(data), known(indices)];
  const leading = indices.shape.length - 1;
  const content =
    from && where && shared === 0
      ? tabulate(shape, index => {
          const at = Array.from({ length: depth }, (_, i) =>
            wrapped(elementAt(where, [...index.slice(0, leading), i]), from.dims[i] ?? 0),
          );
          return at.every(i => i !== null) ? elementAt(from, [...at, ...index.slice(leading)]) : null;
        })
      : null;
  return [withContent(shape, content, data.type)];
};

const wrapped = (index: Dimension, size: number): number | null =>
  typeof index === 'number' ? axisOf(index, size) : null;

/** out = data with out[indices[i]] = updates[i]. */
const scatterNd: Rule = at => {
  const { shape, type } = at.input(0);
  const [data, indices, updates] = [0, 1, 2].map(i => known(at.input(i)));
  const depth = indices?.dims.at(-1);
  const plain = textAttribute(at.node, 'reduction', 'none') === 'none';
  if (!data || !indices || !updates || depth === undefined || !plain) return [shaped(shape)];
  const content: Dimension[] = [...data.content];
  const behind = data.dims.slice(depth);
  let clear = true;
  tabulate(indices.dims.slice(0, -1), index => {
    const at = Array.from({ length: depth }, (_, i) => wrapped(elementAt(indices, [...index, i]), data.dims[i] ?? 0));
    clear &&= at.every(i => i !== null);
    const offset = at.reduce<number>((sum, i, axis) => sum * data.dims[axis]! + (i ?? 0), 0);
    const run = behind.reduce((a, b) => a * b, 1);
    tabulate(behind, rest => {
      const place = rest.reduce((sum, i, axis) => sum * behind[axis]! + i, 0);
      content[offset * run + place] = elementAt(updates, [...index, ...rest]);
      return null;
    });
    return null;
  });
  return [withContent(data.dims, clear ? content : null, type)];
};

/** By element along an axis; the output is shaped as the indices. */
const gatherElements: Rule = at => {
  const { shape } = at.input(1);
  const [data, indices] = [known(at.input(0)), known(at.input(1))];
  const axis = axisOf(intAttribute(at.node, 'axis', 0), shape?.length ?? 0);
  if (!shape || axis === null) return [shaped(shape)];
  const content =
    data &&
    indices &&
    tabulate(shape, index => {
      const i = wrapped(elementAt(indices, index), data.dims[axis] ?? 0);
      return i === null ? null : elementAt(data, index.with(axis, i));
    });
  return [withContent(shape, content, at.input(0).type)];
};

const likeData: Rule = at => [shaped(at.input(0).shape)];

export const gatheringRules: Rules = {
  Gather: gather,
  GatherND: gatherNd,
  GatherElements: gatherElements,
  ScatterElements: likeData,
  ScatterND: scatterNd,
};
