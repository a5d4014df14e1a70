/** What a user installs: the packed file alone, in an empty folder, works as the checkout does. */
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseHardwareProfile } from '../../src/device/profile.ts';
import { parseSearchSpace } from '../../src/space/parse.ts';
import { makeWorld, measuredProfile, type World } from '../cli/world.ts';
import { typesOf } from '../library/declarations.ts';
import { type Installed, install, type Packed, pack, ran, registryInReach, root } from './packed.ts';

const built = existsSync(join(root, 'dist', 'index.js'));

describe.skipIf(!built)('the packed file (skipped without dist: npm run build)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-packed-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let packed: Packed;
  let paths: readonly string[];
  beforeAll(() => {
    packed = pack(folder);
    paths = packed.files.map(({ path }) => path);
  });

  test('holds what runs, what is read and what README links to, and nothing else', () => {
    const places = new Set(paths.map(path => path.split('/')[0]));
    expect([...places].sort()).toEqual(
      [
        ...['ARCHITECTURE.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'package.json'],
        ...['bin', 'dist', 'docs', 'engines', 'hardware-profiles', 'recipes', 'search-spaces'],
      ].sort(),
    );
    expect(paths.filter(path => /\.(?:test|bench)\.|\.map$|\.onnx$|\.sqlite|(?<!\.d)\.ts$/.test(path))).toEqual(
      paths.filter(path => path.startsWith('docs/examples/') && path.endsWith('.ts')),
    );
    expect(packed.size).toBeLessThan(2_000_000);
  });

  test('holds every file of src, compiled', () => {
    const sources = globSync('**/*.ts', { cwd: join(root, 'src') }).map(file => file.replaceAll('\\', '/'));
    const compiled = sources.filter(file => !file.startsWith('linalg/kernels/assembly/') && !file.endsWith('.d.ts'));
    const wanted = compiled.flatMap(file => ['js', 'd.ts'].map(ending => `dist/${file.replace(/ts$/, ending)}`));
    const [page, program] = [true, false].map(ofPage =>
      paths.filter(path => path.startsWith('dist/') && path.startsWith('dist/page/') === ofPage),
    );
    expect(program?.sort()).toEqual(wanted.sort());
    for (const file of ['index.html', 'main.js', 'style.css', 'icon.svg']) expect(page).toContain(`dist/page/${file}`);
  });

  test('every link of README is in it, but for the reference studies', () => {
    const links = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
      ([, link = '']) => link,
    );
    expect(links).toContain('docs/library.md');
    const missing = links.filter(link => !paths.some(path => path === link || path.startsWith(`${link}/`)));
    expect(missing.filter(link => !link.startsWith('results/reference'))).toEqual([]);
  });

  test('installing it runs nothing of ours', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    expect(Object.keys(scripts).filter(name => /^(?:pre|post)?install$/.test(name))).toEqual([]);
  });
});

const runs = built && registryInReach();

describe.skipIf(!runs)('the installed package (skipped without dist, or where npm reaches no registry)', () => {
  let installed: Installed;
  let world: World;
  const inPackage = (...path: string[]): string => join(installed.folder, 'node_modules', 'rankfront', ...path);
  const npx = (...args: string[]) =>
    ran(installed.folder, 'npx', ['--no-install', 'rankfront', ...args], world.env as NodeJS.ProcessEnv);
  beforeAll(() => {
    installed = install();
    world = makeWorld();
    cpSync(join(root, 'docs', 'examples'), join(installed.folder, 'examples'), { recursive: true });
  }, 300_000);
  afterAll(() => {
    installed?.remove();
    world?.remove();
  });

  test('brings nothing that only developers need', () => {
    const modules = join(installed.folder, 'node_modules');
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    expect(Object.keys(devDependencies).filter(name => existsSync(join(modules, name)))).toEqual([]);
    expect(existsSync(inPackage('src'))).toBe(false);
  });

  test('its profiles and search spaces can be read, with their schemas beside them', () => {
    const profiles = globSync('*.yaml', { cwd: inPackage('hardware-profiles') });
    const spaces = globSync('*.yaml', { cwd: inPackage('search-spaces') });
    expect(Math.min(profiles.length, spaces.length)).toBeGreaterThan(2);
    for (const file of profiles) parseHardwareProfile(readFileSync(inPackage('hardware-profiles', file), 'utf8'), file);
    for (const file of spaces) parseSearchSpace(readFileSync(inPackage('search-spaces', file), 'utf8'), file);
    for (const [place, schema] of [
      ['hardware-profiles', 'hardware-profile.schema.json'],
      ['search-spaces', 'search-space.schema.json'],
      ['docs/schemas', 'dataset.schema.json'],
    ] as const)
      expect(JSON.parse(readFileSync(inPackage(place, schema), 'utf8'))).toHaveProperty('$schema');
  });

  test('a search by the library', { timeout: 300_000 }, () => {
    const args = ['examples/search.ts', world.model, world.data, world.hardware, world.store, '3'];
    const { status, stdout, stderr } = ran(installed.folder, process.execPath, args, world.env as NodeJS.ProcessEnv);
    // Others may be stopped early, and tell nothing.
    expect(stderr).toMatch(/^trial \d: [\d.]+ of dense$/m);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ study: 'model', points: expect.any(Number) });
  });

  test('npx searches too, measured, and shows it by the version that is installed', { timeout: 300_000 }, () => {
    const { version } = JSON.parse(readFileSync(inPackage('package.json'), 'utf8')) as { readonly version: string };
    expect(npx('--version').stdout.trim()).toBe(version);
    const hardware = join(world.folder, 'measured.yaml');
    writeFileSync(hardware, measuredProfile);
    expect(npx(...world.search('--hardware', hardware, '--trials', '1'))).toMatchObject({ status: 0 });
    const front = npx('front', '--store', world.store, '--study', 'small', '--json');
    expect(JSON.parse(front.stdout)).toMatchObject({ study: 'small', dense: { latencyMs: expect.any(Number) } });
    const shown = JSON.parse(npx('show', '1', '--store', world.store, '--study', 'small', '--json').stdout) as {
      readonly environment: { readonly versions: string };
    };
    expect(shown.environment.versions).toContain(`rankfront ${version}`);
    expect(npx('front', '--store', world.store, '--study', 'model', '--format', 'svg').stdout).toMatch(/^<svg/);
  });

  test('its types compile strictly, with those of Node.js or of the browser', { timeout: 120_000 }, () => {
    const { named } = typesOf(inPackage('dist', 'index.d.ts'));
    // Each can be named; whether it takes arguments is no matter here.
    const generic = new Map([
      ['Attempt', '<number>'],
      ['RankOf', "<'svd'>"],
    ]);
    const lines = named.map((name, i) => `export type T${i} = ${name}${generic.get(name) ?? ''};`);
    const consumer = [`import type { ${named.join(', ')} } from 'rankfront';`, ...lines].join('\n');
    writeFileSync(join(installed.folder, 'consumer.ts'), consumer);
    const strict = { strict: true, skipLibCheck: false, noEmit: true, module: 'nodenext', target: 'es2024' };
    const more = { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
    const typeRoots = [join(root, 'node_modules', '@types')];
    for (const [where, include] of [
      [{ lib: ['es2024'], types: ['node'], typeRoots }, ['consumer.ts', 'examples']],
      [{ lib: ['es2024', 'dom'], types: [] }, ['consumer.ts']],
    ] as const) {
      const settings = { compilerOptions: { ...strict, ...more, ...where }, include };
      writeFileSync(join(installed.folder, 'tsconfig.json'), JSON.stringify(settings));
      const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
      expect(ran(installed.folder, process.execPath, [tsc, '-p', '.'])).toMatchObject({ stdout: '', status: 0 });
    }
  });
});
