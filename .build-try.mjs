import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
const t=Date.now();
const r = await build({ entryPoints: ['bench/commands/load.ts','db/contract.test.ts'], outdir: '.test-build', outbase: '.', bundle: true, splitting: true, format: 'esm', platform: 'node', packages: 'external', target: 'node20', sourcemap: true, logLevel: 'warning',
 plugins: [{ name: 'urls', setup(b) { b.onLoad({ filter: /\.ts$/ }, ({ path }) => ({ loader: 'ts', contents: readFileSync(path,'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)) })); } }] });
console.log(Date.now()-t,'ms');
