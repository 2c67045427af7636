import type { Results } from '../../results/results.ts';

/** A machine that nobody has. */
export function syntheticEnvironment(): Results['environment'] {
  return {
    server: {
      version: 'PostgreSQL 18.4 on x86_64-pc-linux-gnu, compiled by gcc 12.2.0, 64-bit',
      versionNumber: 180_004,
      kind: 'embedded',
      pgConfig: {},
      changedSettings: [
        { name: 'shared_buffers', value: '131072', unit: '8kB', source: 'configuration file' },
      ],
      extensions: [{ name: 'plpgsql', version: '1.0' }],
      encoding: 'UTF8',
      collation: 'C',
      databaseSizeBytes: 300e6,
    },
    relations: [
      {
        name: 'outbound_messages',
        kind: 'table',
        table: 'outbound_messages',
        sizeBytes: 140e6,
        rows: 1e6,
      },
    ],
    machine: {
      platform: 'linux x64',
      kernel: '6.1.0',
      cpuModel: 'A processor',
      cpus: 2,
      memoryBytes: 8 * 2 ** 30,
      disk: { fileSystem: 'ext4', device: '/dev/sda', freeBytes: 5e10, fsyncNs: 900_000 },
      loadBefore: [2.4, 1.1, 0.8],
      loadAfter: [1.9, 1.4, 0.9],
    },
    client: { node: 'v20.20.0', v8: '11.3', packages: { pg: '8.23.1' }, clockResolutionNs: 40 },
    project: { commit: '0123456789abcdef0123456789abcdef01234567', dirty: false },
  };
}
