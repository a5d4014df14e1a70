/** Mean intersection over union of masks. The mask of an image lies beside it, as `NAME.mask.json`: one class per place, row by row. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.MASKS ?? '.';

export default {
  label: 'IoU',
  /** Places of each class that are both, and that are either: `whole` adds them up over images. */
  image({ outputs, name }) {
    const { data, dims } = outputs.map;
    const [classes, height, width] = dims;
    const truth = JSON.parse(readFileSync(join(folder, `${name}.mask.json`), 'utf8'));
    const both = new Array(classes).fill(0);
    const either = new Array(classes).fill(0);
    for (let place = 0; place < height * width; place++) {
      let best = 0;
      for (let c = 1; c < classes; c++)
        if (data[c * height * width + place] > data[best * height * width + place]) best = c;
      if (best === truth[place]) both[best]++;
      else either[truth[place]]++;
      either[best]++;
    }
    return { both, either };
  },
  whole(parts) {
    const sum = (key, c) => parts.reduce((total, part) => total + part[key][c], 0);
    const seen = parts[0].both.map((_, c) => c).filter(c => sum('either', c) > 0);
    return seen.reduce((total, c) => total + sum('both', c) / sum('either', c), 0) / seen.length;
  },
};
