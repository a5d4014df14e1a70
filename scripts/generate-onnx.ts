/** Part of `npm run generate`: writes `src/onnx/onnx_pb.ts` from `src/onnx/onnx.proto`. */
import { execFileSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const programs = join(root, 'node_modules', '.bin');
const template = {
  version: 'v2',
  plugins: [{ local: 'protoc-gen-es', out: 'src/onnx', opt: ['target=ts', 'import_extension=ts'] }],
};
execFileSync(
  process.execPath,
  [
    join(root, 'node_modules', '@bufbuild', 'buf', 'bin', 'buf'),
    'generate',
    'src/onnx',
    '--template',
    JSON.stringify(template),
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: `${programs}${delimiter}${process.env.PATH}` } },
);
