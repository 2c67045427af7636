import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../../db/lab.ts';
import { requireSupportedVersion } from '../../db/server/guard.ts';
import type { TestDatabase } from '../../db/testing/test-database.ts';
import { createTestLab } from '../../seed/testing/lab.ts';

/** A lab in a scratch database, and a folder for what benches leave. */
export interface BenchLab {
  readonly lab: Lab;
  readonly database: TestDatabase;
  readonly out: string;
  drop(): Promise<void>;
}

/** Makes both. */
export async function createBenchLab(): Promise<BenchLab> {
  const lab = await createTestLab();
  const client = await lab.connect();
  const major = await requireSupportedVersion(client);
  await client.end();
  const out = mkdtempSync(join(tmpdir(), 'optout-bench-'));
  return {
    lab: { ...lab, major },
    database: lab.database,
    out,
    async drop() {
      await lab.close();
      rmSync(out, { recursive: true });
    },
  };
}
