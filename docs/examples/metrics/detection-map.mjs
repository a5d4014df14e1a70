/**
 * Average precision of boxes at an overlap of 0.5, of one class. The network gives `boxes`: rows x, y, width, height and score, one column per
 * box. The true boxes of an image lie in `NAME.boxes.json`: [[x, y, width, height], ...].
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.BOXES ?? '.';

const overlap = (a, b) => {
  const side = at => Math.min(a[at] + a[at + 2], b[at] + b[at + 2]) - Math.max(a[at], b[at]);
  const shared = Math.max(0, side(0)) * Math.max(0, side(1));
  return shared / (a[2] * a[3] + b[2] * b[3] - shared);
};

export default {
  label: 'AP50',
  /** Of one image: each box with its score and whether it hits a true box that no better one has hit. */
  image({ outputs, name }) {
    const { data, dims } = outputs.boxes;
    const count = dims[1];
    const found = Array.from({ length: count }, (_, i) => [0, 1, 2, 3, 4].map(row => data[row * count + i]));
    const truth = JSON.parse(readFileSync(join(folder, `${name}.boxes.json`), 'utf8'));
    const free = new Set(truth);
    const hits = found
      .sort((a, b) => b[4] - a[4])
      .map(box => {
        const hit = [...free].find(each => overlap(box, each) >= 0.5);
        free.delete(hit);
        return { score: box[4], hit: hit !== undefined };
      });
    return { hits, truths: truth.length };
  },
  /** The area under precision by recall, with each precision raised to the best at no less recall. */
  whole(parts) {
    const truths = parts.reduce((sum, part) => sum + part.truths, 0);
    const all = parts.flatMap(part => part.hits).sort((a, b) => b.score - a.score);
    let hits = 0;
    const curve = all.map(({ hit }, i) => ({ hit, precision: (hits += hit ? 1 : 0) / (i + 1) }));
    let best = 0;
    let area = 0;
    for (const { hit, precision } of curve.reverse()) {
      best = Math.max(best, precision);
      if (hit) area += best;
    }
    return truths === 0 ? 0 : area / truths;
  },
};
