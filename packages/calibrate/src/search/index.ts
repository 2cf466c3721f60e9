export { type Axis, type CoordinateSearch, coordinateSearch } from './coordinate-search.ts';
export { type FewestFreed, fewestFreed } from './fewest-freed.ts';
export { type Freeable, rankLayers, type Sensitivity } from './rank-layers.ts';
