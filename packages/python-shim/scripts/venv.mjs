import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A virtual environment with what a list of requirements names; made once, and again when the list changes.
 *
 * @returns the path of its Python
 */
export function createVenv(folder, requirements) {
  const windows = process.platform === 'win32';
  const python = join(folder, windows ? 'Scripts/python.exe' : 'bin/python');
  const stamp = join(folder, 'requirements.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  const base = process.env.MNNQUANT_BUILD_PYTHON ?? (windows ? 'python' : 'python3');
  execFileSync(base, ['-m', 'venv', '--clear', folder], { stdio: 'inherit' });
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
  execFileSync(python, install, { stdio: 'inherit' });
  writeFileSync(stamp, wanted);
  return python;
}
