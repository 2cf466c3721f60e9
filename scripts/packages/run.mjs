import { spawnSync } from 'node:child_process';

/** pnpm has Node look into its own folder, and hands its configuration to npm: an installed package has neither. */
const inherited = Object.fromEntries(
  Object.entries(process.env).filter(
    ([key]) => !/^(npm_(package|lifecycle|config_node)_|NODE_PATH$)/i.test(key),
  ),
);

/**
 * Runs a program to its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, status?: number | number[], env?: Record<string, string> }} options
 *   `status`: the exit codes that are expected; `env`: variables besides those of this process
 * @returns what it printed
 * @throws {Error} with all that it printed, for another exit code
 */
export function run(command, args, { cwd, status: expected = 0, env } = {}) {
  const options = { cwd, env: { ...inherited, ...env }, encoding: 'utf8', maxBuffer: 1 << 26 };
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (error) throw new Error(`${command}: ${error.message}`);
  if (![expected].flat().includes(status))
    throw new Error(
      `${command} ${args.join(' ')}: expected exit ${expected}, got ${status}\n${stdout}${stderr}`,
    );
  return { stdout, stderr };
}
