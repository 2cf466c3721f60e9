import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { wholeNumber } from './arguments.mjs';
import { megabytes, table } from './format.mjs';
import { pointValues, SERIES } from './growth-rows.mjs';
import { makeImages } from './images.mjs';
import { NETWORK_INPUT } from './job-list.mjs';
import { SCALED_NETWORKS, writeNetwork } from './networks.mjs';
import { attempt, findTools, sameBytes, writeConfig } from './tools.mjs';
import { gatherImages, withWorkspace } from './workspace.mjs';

const METHODS = { feature_quantize_method: 'KL', weight_quantize_method: 'MAX_ABS' };
const IMAGES_NETWORK = 'mobilenet-v2';
const IMAGES = [10, 30, 100, 300, 1000];
const SIZE_IMAGES = 16;
const HEAD = ['Network', 'G multiply-adds', 'Images', 'Tool', 'Seconds', 'Peak, MB'];

/**
 * `pnpm bench growth [--rounds N] [--quick]`: KL on made-up networks and images, against the number of images and against the
 * size of the network. Returns `{ results, failed, incomplete }` as `benchJobs` does; `results.points` are
 * `{ axis: 'images' | 'size', network, multiplyAdds, images, series, runs }`.
 */
export async function benchGrowth(args) {
  const { values } = parseArgs({
    args,
    options: { rounds: { type: 'string', default: '1' }, quick: { type: 'boolean', default: false } },
  });
  const rounds = wholeNumber('--rounds', values.rounds);
  const { python, tools } = findTools();
  if (!tools.mnn) console.log('MNNQUANT_PYTHON is not set: only our times.');
  const places = plannedPlaces(tools, values.quick ? 2 : undefined);
  const points = await withWorkspace((folder, signal) =>
    measurePlaces(places, { python, tools, rounds, folder, signal }),
  );
  if (!points) return { failed: true };
  const incomplete = [!tools.mnn && 'without MNN', values.quick && 'only some points'].filter(Boolean);
  return {
    results: { rounds, points: points.filter(({ runs }) => runs.length > 0) },
    failed: points.some(({ runs }) => runs.length < rounds),
    incomplete: incomplete.join(', '),
  };
}

/** `{ axis, network, images, lines }`, the first `count` of each axis; `lines` are rows of `SERIES`. */
function plannedPlaces(tools, count) {
  const byImages = IMAGES.map((images) => ({ axis: 'images', network: IMAGES_NETWORK, images }));
  const bySize = SCALED_NETWORKS.map((network) => ({ axis: 'size', network, images: SIZE_IMAGES }));
  // MNN's tool takes its time in proportion, so every other point shows it.
  const shown = (tool, index) => tools[tool] && (tool !== 'mnn' || index % 2 === 0);
  return [byImages, bySize].flatMap((places) =>
    places
      .slice(0, count)
      .map((place, index) => ({ ...place, lines: SERIES.filter(({ tool }) => shown(tool, index)) })),
  );
}

async function measurePlaces(places, { folder, ...given }) {
  const pool = join(folder, 'pool');
  const most = Math.max(...places.map(({ images }) => images));
  await makeImages(pool, most, given.signal);
  const points = [];
  for (const place of places) {
    const own = join(folder, `${place.axis}-${place.network}-${place.images}`);
    const measured = await measurePlace(place, { ...given, pool, folder: own });
    console.log(linesOf(measured, { head: points.length === 0 }));
    points.push(...measured);
    rmSync(own, { recursive: true });
  }
  return points;
}

/** All lines at one place in turns. */
async function measurePlace({ lines, ...place }, { python, tools, rounds, pool, folder, signal }) {
  mkdirSync(folder, { recursive: true });
  const [source, target] = [join(folder, 'source.mnn'), join(folder, 'target.mnn')];
  const { multiplyAdds } = writeNetwork(place.network, source);
  const path = `${gatherImages(join(folder, 'images'), [pool], place.images)}/`;
  const config = writeConfig(folder, { ...NETWORK_INPUT, ...METHODS, path });
  const points = lines.map(({ series }) => ({ ...place, multiplyAdds, series, runs: [] }));
  for (let round = 0; round < rounds; round++)
    for (const [index, { series, tool, flags }] of lines.entries()) {
      const command = tools[tool]({ source, target, config, flags });
      const label = `${place.network}, ${place.images} images, ${series}`;
      const run = await attempt(label, { python, command, target, folder, signal });
      if (run) points[index].runs.push(run);
    }
  const ours = lines.flatMap(({ tool }, index) => (tool === 'ours' ? points[index].runs : []));
  const same = sameBytes(`${place.network}, ${place.images} images`, ours);
  return same ? points : points.map((point) => ({ ...point, runs: [] }));
}

function linesOf(points, options) {
  const rows = points.map(({ network, multiplyAdds, images, series, runs }) => {
    const values = pointValues({ runs });
    const cells = values ? [values.seconds.toFixed(2), megabytes(values.peakBytes)] : ['failed', 'failed'];
    return [network, (multiplyAdds / 1e9).toFixed(2), images, series, ...cells];
  });
  return table(HEAD, rows, options);
}
