import { connect } from '../connection/connect.ts';
import { type Design, whyNotHere } from '../designs.ts';
import { testServerVariable } from './test-database.ts';

/** Why the server of this test run cannot have a design, as node:test's `skip` wants it; false where it can. */
export async function skipDesign(design: Design): Promise<string | false> {
  const server = process.env[testServerVariable];
  if (server === undefined) return 'it needs a server: run it with npm test';
  if (design.collations.length === 0) return false;
  const client = await connect(server);
  try {
    return (await whyNotHere(client, design)) ?? false;
  } finally {
    await client.end();
  }
}
