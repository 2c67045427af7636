import assert from 'node:assert/strict';
import { it } from 'node:test';
import { UserError } from '../../db/cli/errors.ts';
import { straightPlaces } from './straight.ts';

const urls = ['postgres://first/db', 'postgres://second/db'];

it('every hash value is at one place, from the first value of each shard on', () => {
  const { placeOfHash } = straightPlaces({
    urls,
    shards: [
      { from: -2_147_483_648, node: 0 },
      { from: -1_073_741_824, node: 1 },
      { from: 0, node: 0 },
      { from: 1_073_741_824, node: 1 },
    ],
  });
  assert.equal(placeOfHash.length, 65_536);
  const quarters = [0, 16_383, 16_384, 32_767, 32_768, 49_151, 49_152, 65_535];
  assert.deepEqual(
    quarters.map((at) => placeOfHash[at]),
    [0, 0, 1, 1, 0, 0, 1, 1],
  );
});

it('shards that were split where the table of places has no border are refused in one line', () => {
  const shards = [
    { from: -2_147_483_648, node: 0 },
    { from: 5, node: 1 },
  ];
  assert.throws(
    () => straightPlaces({ urls, shards }),
    (error) => error instanceof UserError && /seed through the coordinator$/.test(error.message),
  );
});
