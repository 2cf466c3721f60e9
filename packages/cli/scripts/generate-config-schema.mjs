// Writes schema/config.schema.json from the schema that the tool checks with. `npm run generate` builds first.
import { writeFileSync } from 'node:fs';
import { configJsonSchemaText } from '../dist/config/json-schema.js';

writeFileSync(new URL('../schema/config.schema.json', import.meta.url), configJsonSchemaText());
