import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Types of WebGPU are in `lib.dom` from TypeScript 6; before, a package has them. */
const COMPILERS = [
  { command: join(root, 'node_modules/typescript/bin/tsc'), types: ['node'] },
  { command: 'node_modules/typescript-5.9/bin/tsc', types: ['node', '@webgpu/types'] },
];
const FOR_TYPES = [
  `@types/node@${devDependencies['@types/node']}`,
  'typescript-5.9@npm:typescript@5.9.3',
  '@webgpu/types@0.1.74',
];
const RESOLUTIONS = [
  { module: 'NodeNext', moduleResolution: 'NodeNext' },
  { module: 'ESNext', moduleResolution: 'Bundler' },
];

/** A project beside no workspace, with files of the digits example where the READMEs' examples look for theirs. */
export class Project {
  constructor(folder) {
    this.folder = folder;
    mkdirSync(folder);
    this.write('package.json', JSON.stringify({ private: true, type: 'module' }));
    const digits = join(root, 'examples/digits');
    for (const name of ['digits.mnn', 'config.json', 'calibration'])
      cpSync(join(digits, name), join(folder, 'examples/digits', name), { recursive: true });
    cpSync(join(digits, 'digits.mnn'), join(folder, 'model.mnn'));
    cpSync(join(digits, 'config.json'), join(folder, 'config.json'));
  }

  write(name, text) {
    writeFileSync(join(this.folder, name), text);
  }

  /** With plain npm, without running anything of a package. @param tarballs or names of the registry */
  install(...packages) {
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...packages], {
      cwd: this.folder,
    });
  }

  /** What node_modules takes on the disk, in bytes. */
  size(folder = join(this.folder, 'node_modules')) {
    return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
      const path = join(folder, entry.name);
      return sum + (entry.isDirectory() ? this.size(path) : lstatSync(path).blocks * 512);
    }, 0);
  }

  /**
   * Asks the registry about known vulnerabilities of what is installed.
   *
   * @returns {string} what it says, where it says anything
   * @throws {Error} where there is one
   */
  audit() {
    const { stdout } = run('npm', ['audit', '--omit=dev', '--json'], { cwd: this.folder, status: [0, 1] });
    const { metadata, message } = JSON.parse(stdout);
    if (metadata === undefined)
      return `known vulnerabilities: unknown, the registry does not tell (${message})`;
    if (metadata.vulnerabilities.total > 0) throw new Error(`npm audit --omit=dev:\n${stdout}`);
    return 'no known vulnerabilities';
  }

  /** The command as npm installed it. */
  mnnquant(args, options) {
    return run('npx', ['--no-install', 'mnnquant', ...args], { cwd: this.folder, ...options });
  }

  /** @throws {Error} where Node cannot import one, or it exports nothing */
  importAll(entries) {
    const source = entries.map(
      (entry) =>
        `if (Object.keys(await import('${entry}')).length === 0) throw new Error('${entry} is empty');`,
    );
    run(process.execPath, ['--input-type=module', '-e', source.join('\n')], { cwd: this.folder });
  }

  /** Checks the examples, and the types of all entries, with declarations of packages included (`skipLibCheck` off). */
  checkTypes(entries, files) {
    this.install('--save-dev', ...FOR_TYPES);
    const imports = entries.map((entry, i) => `import * as entry${i} from '${entry}';\nvoid entry${i};\n`);
    this.write('entries.mts', imports.join(''));
    for (const { command, types } of COMPILERS)
      for (const resolution of RESOLUTIONS) {
        const compilerOptions = {
          ...resolution,
          ...{ target: 'ES2022', lib: ['ES2023', 'DOM', 'DOM.Iterable'], types, strict: true },
          ...{ noEmit: true, allowJs: true, checkJs: true, skipLibCheck: false },
        };
        this.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['entries.mts', ...files] }));
        run(process.execPath, [command, '-p', 'tsconfig.json'], { cwd: this.folder });
      }
  }
}
